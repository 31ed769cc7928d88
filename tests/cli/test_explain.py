"""What ``naftiko explain`` prints of the manual."""

from collections.abc import Callable

from naftiko_runtime.cli.manual import read_manual
from process import Done

Command = Callable[..., Done]

UNKNOWN_CALL = """\
L001 (refused) A call names an operation that no consumed API has.

  capability.yaml:21:11: refused[L001]: no consumed operation 'shop.lst-orders'

Write `namespace.operation`, or `namespace.resource.operation`, of something under `consumes`.

bad:
  capability:
    exposes:
    - tools:
      - call: shop.lst-orders

good:
  capability:
    exposes:
    - tools:
      - call: shop.list-orders
"""


def test_a_code_is_explained_however_it_is_written(command: Command) -> None:
    assert command("naftiko", "explain", "L001") == Done(0, UNKNOWN_CALL, "")
    assert command("naftiko", "explain", "l001") == Done(0, UNKNOWN_CALL, "")


def test_an_entry_without_advice_goes_on_with_its_examples(command: Command) -> None:
    printed = command("naftiko", "explain", "L101").out
    assert "chooses 'shop.order-cancel.post'\n\nbad:\n  capability:\n" in printed


def test_what_only_examples_write_is_explained_below_them(command: Command) -> None:
    said = "\nIn these parts of a file {} is an item as it may be, and null a key that is not there.\n"
    for code in ("D109", "L016", "L034"):
        assert command("naftiko", "explain", code).out.endswith(said) == (code != "D109")


def test_files_and_commands_of_examples_are_printed(command: Command) -> None:
    printed = command("naftiko", "explain", "B005").out
    assert "\nsecrets.yaml:\n  token: s3cret\n" in printed
    assert "\nbad:\n  naftiko run shop.yaml\n" in command("naftiko", "explain", "B001").out


def test_without_a_code_all_are_listed_by_group_a_line_each(command: Command) -> None:
    done = command("naftiko", "explain")
    lines = done.out.splitlines()
    entries = read_manual().entries
    assert (done.code, done.err) == (0, "")
    assert [line[2:6] for line in lines if line.startswith("  ")] == list(entries)
    headings = [line for line in lines if line and not line.startswith("  ")]
    assert headings == list(dict.fromkeys(entry.group for entry in entries.values()))
    assert "  L001 refused  A call names an operation that no consumed API has." in lines
    assert max(map(len, lines)) <= 100


def test_an_unknown_code_fails_with_the_nearest_one(command: Command) -> None:
    assert command("naftiko", "explain", "L001:") == Done(
        2, "", "naftiko: no code 'L001:'; did you mean 'L001'?\n"
    )
    assert command("naftiko", "explain", "?") == Done(
        2, "", "naftiko: no code '?'; naftiko explain lists all\n"
    )
