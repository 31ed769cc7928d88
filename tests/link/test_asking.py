"""Steps and prompts that ask: what is asked, of what it is made, and what callers give."""

from textwrap import indent

import pytest

from asking import Answering, AskedHarbour
from linking import codes, compiled, operation_of, plan_of
from naftiko_runtime.app.compiler import Compiled
from naftiko_runtime.expr.scope import Scope
from naftiko_runtime.plan.asking import Question, Suspended
from naftiko_runtime.plan.errors import StepFailed
from naftiko_runtime.plan.flow import Flow
from naftiko_runtime.plan.surfaces import McpPrompt, McpSurface, Operation
from naftiko_runtime.values import Json
from stepping import harbour, ran

pytestmark = pytest.mark.anyio

SHIP = "{name: ship, type: call, call: harbour.get-ship, with: {imo: '{{imo}}'}}"


def ask(body: str, *before: str, name: str = "q") -> Compiled:
    """Compile a tool whose last step asks."""
    lines = "".join(f"- {step}\n" for step in before)
    return harbour(f"steps:\n{lines}- {{type: ask, name: {name}, {body}}}\n")


def form(message: str, field: str = "{type: boolean}", more: str = "") -> str:
    schema = f"requestedSchema: {{type: object, properties: {{x: {field}}}{more}}}"
    return f"elicit: {{message: {message!r}, {schema}}}"


async def asked(result: Compiled, **arguments: Json) -> dict[str, Question]:
    """Run a tool and return what it asks; the answers do not matter."""
    client = Answering(None)
    with pytest.raises(Suspended):
        await ran(result, arguments, AskedHarbour(client))
    [questions] = client.asked
    return questions


async def test_a_form_is_asked_for_with_what_is_known_by_then() -> None:
    result = ask(
        form("Scrap {{ship.name}} ({{imo}})?", "{type: string, enum: '{{ship.crew}}', default: c1}"), SHIP
    )
    questions = await asked(result, imo="7")
    assert codes(result) == []
    assert questions["q"].params == {
        "message": "Scrap Ada (7)?",
        "requestedSchema": {
            "type": "object",
            "properties": {"x": {"type": "string", "enum": ["c2", "c1", "c9"], "default": "c1"}},
        },
    }


async def test_a_path_into_an_earlier_step_is_a_text_too() -> None:
    result = ask(form("$.ship.port", "{type: string, enum: $.ship.crew}"), SHIP)
    params = (await asked(result, imo="7"))["q"].params
    assert params["message"] == '{"code":"NO"}'
    assert params["requestedSchema"] == {
        "type": "object",
        "properties": {"x": {"type": "string", "enum": ["c2", "c1", "c9"]}},
    }


async def test_choices_that_an_answer_does_not_have_end_the_flow() -> None:
    result = ask(form("Which?", "{type: string, enum: '{{ship.port}}'}"), SHIP)
    with pytest.raises(
        StepFailed, match=r"^question 'q' cannot be put: 'x' has an 'enum' that is not a list"
    ):
        await ran(result, {"imo": "7"}, AskedHarbour(Answering({})))


async def test_a_page_is_asked_for_by_its_address() -> None:
    result = ask("elicit: {message: Pay, url: 'https://pay.example/{{id}}'}")
    [(_, question)] = (await asked(result, id="a")).items()
    assert (question.kind, question.params) == (
        "url",
        {"mode": "url", "message": "Pay", "url": "https://pay.example/a"},
    )


async def test_a_model_is_asked_with_all_that_was_said() -> None:
    said = "[{role: Assistant, content: 'Who?'}, {content: '{{who}}'}]"
    more = "systemPrompt: Be {{how}}., maxTokens: 5, temperature: 0.5, stopSequences: [END]"
    result = ask(f"sample: {{messages: {said}, {more}}}".replace("Be {{how}}.", "'Be {{how}}.'"))
    [(_, question)] = (await asked(result, who=7, how="kind")).items()
    assert question.params == {
        "messages": [
            {"role": "assistant", "content": {"type": "text", "text": "Who?"}},
            {"role": "user", "content": {"type": "text", "text": "7"}},
        ],
        "systemPrompt": "Be kind.",
        "maxTokens": 5,
        "temperature": 0.5,
        "stopSequences": ["END"],
    }


async def test_several_questions_are_asked_at_once_under_their_names() -> None:
    questions = (
        f"{{one: {{{form('Sure?')}}}, folders: {{roots: true}}, least: {{roots: true, required: true}}}}"
    )
    result = ask(f"required: false, questions: {questions}")
    operation = operation_of(result)
    assert isinstance(operation.body, Flow)
    needs = {query.name: query.is_required for query in operation.body.asks}
    assert needs == {"one": False, "folders": False, "least": True}
    files: Json = {"roots": [{"uri": "file:///a"}]}
    client = AskedHarbour(Answering({"one": {"action": "decline"}, "least": files}))
    answer = await operation.body.run(Scope(), client)
    assert answer.value == {"one": {"action": "decline"}, "folders": None, "least": files}


async def test_later_steps_read_what_was_answered() -> None:
    steps = f"""\
steps:
- {{type: ask, name: sure, {form("Sure?")}}}
- {{type: ask, name: files, roots: true}}
mappings:
- {{target: ok, value: $.sure.content.x}}
- {{target: first, value: '{{{{files.roots.0.uri}}}}'}}
"""
    client = Answering(
        {"sure": {"action": "accept", "content": {"x": True}}, "files": {"roots": [{"uri": "u"}]}}
    )
    result = harbour(steps)
    assert codes(result) == []
    assert await ran(result, {}, AskedHarbour(client)) == {"ok": True, "first": "u"}


def test_what_a_question_is_filled_with_has_to_be_given() -> None:
    result = ask("sample: {prompt: 'About {{topic}}', maxTokens: 5}")
    [topic] = operation_of(result).contract.params
    assert (topic.name, topic.required) == ("topic", True)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("required: true", "L176"),
        ("roots: true, questions: {a: {roots: true}}", "L176"),
        ("questions: {}", "L176"),
        ("questions: {a: {roots: true}, b: {}}", "L176"),
        (form("Sure?", "{type: object}"), "L177"),
        ("elicit: {message: Sure?}", "L178"),
        ("sample: {maxTokens: 5}", "L179"),
        ("sample: {prompt: x, maxTokens: 0}", "L179"),
        (form("{{keys.TOKEN}}"), "L180"),
        (form("Sure?", "{type: string, default: '{{keys.TOKEN}}'}"), "L180"),
        (form("{{q}}"), "L030"),
    ],
)
def test_what_cannot_be_asked_is_refused(body: str, code: str) -> None:
    result = ask(body, name="p" if code != "L030" else "first")
    if code == "L030":
        result = harbour(
            f"steps:\n- {{type: ask, name: first, {body}}}\n- {{type: ask, name: q, roots: true}}\n"
        )
    assert codes(result) == [code]


def test_a_default_that_is_no_answer_is_told_and_asked_for_all_the_same() -> None:
    assert codes(ask(form("Sure?", "{type: boolean, default: maybe}"))) == ["L182"]
    assert codes(ask(form("Sure?", "{type: boolean, default: true}"))) == []


REST = """
- type: rest
  namespace: r
  port: 8080
  resources:
  - path: /folders
    operations:
    - {method: GET, name: folders, %s}
"""
SHARED = """
aggregates:
- namespace: shared
  flows:
  - name: folders
    steps: [{type: ask, name: folders, roots: true}]
"""


@pytest.mark.parametrize(
    ("unit", "told", "where"),
    [
        ("steps: [{type: ask, name: q, roots: true}]", ["L181"], "steps"),
        ("ref: shared.folders", ["L181"], "ref"),
        ("call: shared.folders", ["L181"], "call"),
        ("steps: [{type: ask, name: q, roots: true, required: false}]", [], ""),
    ],
)
def test_a_route_that_has_to_ask_is_refused(unit: str, told: list[str], where: str) -> None:
    exposes = indent(REST % unit, "  ")
    result = compiled(f"naftiko: 1.0.0-alpha2\ncapability:\n{indent(SHARED, '  ')}\n  exposes:{exposes}")
    assert codes(result) == told
    for item in result.report:
        line = exposes.splitlines()[-1]
        assert item.span.column == line.index(f"{where}:") + 1


def prompts(text: str) -> Compiled:
    return compiled(
        "naftiko: 1.0.0-alpha2\ncapability:\n  exposes:\n  - type: mcp\n    namespace: t\n    port: 9090\n"
        f"    prompts:\n{indent(text, '    ')}"
    )


def prompt_of(result: Compiled) -> McpPrompt:
    [surface] = plan_of(result).surfaces
    assert isinstance(surface, McpSurface)
    [prompt] = surface.prompts
    return prompt


def asking_of(prompt: McpPrompt) -> Operation:
    assert prompt.asking is not None
    return prompt.asking


async def test_a_prompt_asks_before_it_is_filled_in() -> None:
    result = prompts(f"""\
- name: p
  arguments: [{{name: item, description: x}}]
  ask: {{sure: {{{form("About {{item}} in {{town}}?")}}}}}
  template: [{{role: user, content: '{{{{sure.content.x}}}} {{{{item}}}} {{{{sure}}}}'}}]
""")
    prompt = prompt_of(result)
    assert codes(result) == ["L171"]
    assert [(param.name, param.kind, param.required) for param in prompt.contract.params] == [
        ("item", "string", True),
        ("town", "string", True),
    ]
    body = asking_of(prompt).body
    assert isinstance(body, Flow)
    client = Answering({"sure": {"action": "accept", "content": {"x": True}}})
    answer = await body.run(Scope({"item": "a", "town": "b"}), AskedHarbour(client))
    assert client.asked[0]["sure"].params["message"] == "About a in b?"
    assert answer.value == {"sure": {"action": "accept", "content": {"x": True}}}


@pytest.mark.parametrize(
    ("hole", "hint"),
    [
        ("{{sure.x}}", "answers to 'sure' have action, content"),
        ("{{page.content}}", "answers to 'page' have action"),
        ("{{said.text}}", "answers to 'said' have role, content, model, stopReason"),
        ("{{folders.uri}}", "answers to 'folders' have roots"),
        ("{{other.x}}", "it has none"),
    ],
)
def test_a_hole_that_no_answer_has_is_told(hole: str, hint: str) -> None:
    result = prompts(f"""\
- name: p
  ask:
    sure: {{{form("Sure?")}}}
    page: {{elicit: {{message: Go, url: 'https://x.example'}}}}
    said: {{sample: {{prompt: Hello, maxTokens: 5}}}}
    folders: {{roots: true}}
  template: [{{role: user, content: '{hole}'}}]
""")
    [item] = result.report
    assert (item.code, item.hint) == ("L203", hint)


@pytest.mark.parametrize(
    ("question", "code"), [("{}", "L176"), ("{sample: {prompt: '{{> x}}', maxTokens: 5}}", "L060")]
)
def test_a_prompt_that_cannot_ask_is_not_shown(question: str, code: str) -> None:
    result = prompts(f"- name: p\n  ask: {{q: {question}}}\n  template: [{{role: user, content: Hello}}]\n")
    [surface] = plan_of(result).surfaces
    assert isinstance(surface, McpSurface)
    assert (surface.prompts, codes(result)) == ((), [code])


def test_a_prompt_of_a_file_may_ask_too() -> None:
    result = prompts(f"- {{name: p, location: 'file:///nowhere/p.md', ask: {{sure: {{{form('Sure?')}}}}}}}\n")
    assert asking_of(prompt_of(result)).name == "t.p"
