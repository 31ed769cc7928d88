"""What is printed of a plan, and of which part of it."""

from collections.abc import Callable

from process import Done

Command = Callable[..., Done]
SAMPLE = "sample:together-ai-fine-tuning"


def test_one_operation_is_printed_alone(command: Command) -> None:
    done = command("naftiko", "plan", SAMPLE, "DELETE /v1/fine-tunes/{id}")
    assert done == Done(
        0,
        "rest together-ai-fine-tuning-rest on port 8080\n"
        "  DELETE /v1/fine-tunes/{id}\n"
        "    -> together-ai-fine-tuning.fine-tunes-id.delete: DELETE /fine-tunes/{id}\n"
        "    by its name, which one operation has\n"
        "    in  id: string, required -> path id\n"
        "    in  force: boolean, optional -> query force\n"
        "    out the answer as it comes\n",
        "",
    )


def test_an_unknown_operation_is_named_with_what_it_may_mean(command: Command) -> None:
    near, far = (command("naftiko", "plan", SAMPLE, word) for word in ("cancel-jbo", "?"))
    assert near == Done(
        1, "", f"naftiko: {SAMPLE} exposes no operation 'cancel-jbo'; did you mean 'cancel-job'?\n"
    )
    assert far == Done(1, "", f"naftiko: {SAMPLE} exposes no operation '?'; without it all are printed\n")
