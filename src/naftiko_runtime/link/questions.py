"""What a question says: a form, an address, or messages for a model, with holes in their texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from ..expr.compose import ListOf, ObjectOf, TextOf, compile_value
from ..expr.scope import Const, Expr
from ..plan.asking import Kind
from ..plan.contract import violation
from ..plan.forms import problem_of_form
from ..source.diagnostics import Diagnostic, Report, Span
from ..spec.asking import ElicitSpec, QuestionSpec, SaidSpec, SampleSpec
from ..values.record import dataclass
from .consumes import ConsumedParam
from .wiring import Wiring

Draft: TypeAlias = tuple[Kind, dict[str, Expr]]
_ROLES = ("user", "assistant")


@dataclass(frozen=True, slots=True)
class QuestionLinker:
    """Links what is asked by one question; ``name`` is for what is said of mistakes."""

    name: str
    wiring: Wiring
    report: Report

    def link(self, spec: QuestionSpec) -> Draft | Diagnostic:
        """Link the parameters of the request that MCP has for a question of its kind."""
        if spec.elicit is not None:
            return self._elicit(spec.elicit)
        return ("roots", {}) if spec.sample is None else self._sample(spec.sample)

    def _elicit(self, spec: ElicitSpec) -> Draft | Diagnostic:
        message = self._text(spec.message, spec.span("message"))
        if spec.url is not None and spec.requested_schema is None:
            url = self._text(spec.url, spec.span("url"))
            return "url", {"mode": Const("url"), "message": message, "url": url}
        if spec.url is not None or spec.requested_schema is None:
            hint = "write requestedSchema for a form, or url for a page that the person opens"
            said = (
                "neither 'requestedSchema' nor 'url'"
                if spec.url is None
                else "'requestedSchema' beside 'url'"
            )
            return self._refuse("L178", f"has {said}", spec.span(*(["url"] if spec.url else [])), hint)
        span = spec.span("requestedSchema")
        schema = compile_value(spec.requested_schema, lambda text: self._word(text, span))
        if isinstance(schema, Const) and (problem := problem_of_form(schema.value)) is not None:
            hint = "write {type: object, properties: {…}, required: […]} with nothing nested"
            return self._refuse("L177", f"cannot be shown as a form: {problem}", span, hint)
        self._check_defaults(schema, span)
        return "form", {"message": message, "requestedSchema": schema}

    def _check_defaults(self, schema: Expr, span: Span) -> None:
        """Warn of a default that nobody could answer (L182)."""
        whole = schema.value if isinstance(schema, Const) else None
        fields = whole.get("properties") if isinstance(whole, dict) else None
        for key, field in fields.items() if isinstance(fields, dict) else ():
            if not isinstance(field, dict) or "default" not in field:
                continue
            if (problem := violation({"properties": {key: field}}, {key: field["default"]})) is not None:
                message = f"the default of {key!r} in question {self.name!r} is no answer to it: {problem}"
                self.report.warn("L182", message, span, "give it a value that is allowed")

    def _sample(self, spec: SampleSpec) -> Draft | Diagnostic:
        if bool(spec.messages) == (spec.prompt is not None):
            said = "both 'prompt' and" if spec.messages else "neither 'prompt' nor"
            return self._refuse("L179", f"has {said} 'messages'", spec.span(), "write prompt: and a text")
        if spec.max_tokens < 1:
            span = spec.span("maxTokens")
            return self._refuse("L179", "lets no answer through", span, "write a number above 0")
        fields: dict[str, Expr] = {"messages": ListOf(tuple(self._messages(spec)))}
        if spec.system_prompt is not None:
            fields["systemPrompt"] = self._text(spec.system_prompt, spec.span("systemPrompt"))
        fields["maxTokens"] = Const(spec.max_tokens)
        if spec.temperature is not None:
            fields["temperature"] = Const(spec.temperature)
        if spec.stop_sequences:
            fields["stopSequences"] = Const([*spec.stop_sequences])
        return "sampling", fields

    def _messages(self, spec: SampleSpec) -> Iterator[Expr]:
        if spec.prompt is not None:
            yield _message("user", self._text(spec.prompt, spec.span("prompt")))
        for said in spec.messages or ():
            yield _message(self._role(said), self._text(said.content, said.span("content")))

    def _role(self, said: SaidSpec) -> str:
        word = said.role.strip().lower()
        if word in _ROLES:
            return word
        message = f"MCP knows no role {said.role!r}; the message is one of the user"
        self.report.warn("L183", message, said.span("role"), "write user or assistant")
        return "user"

    def _text(self, text: str, span: Span) -> Expr:
        """Link a text that has to be there; a caller's word that fills it has to be given."""
        found = self._word(text, span)
        needing = ConsumedParam("text", "question", "string", True, "", None, span)
        self.wiring.inputs.learn(found, needing, is_whole=False)
        return found if isinstance(found, Const) else TextOf(found)

    def _word(self, text: str, span: Span) -> Expr:
        """Link a text: ``$.step.path``, or one with holes."""
        found = self.wiring.step_path(text, span) if text.startswith("$") else None
        return found or self.wiring.compile(text, span, {})

    def _refuse(self, code: str, said: str, span: Span, hint: str) -> Diagnostic:
        return self.report.refuse(code, f"question {self.name!r} {said}", span, hint)


def _message(role: str, text: Expr) -> Expr:
    content = ObjectOf((("type", Const("text")), ("text", text)))
    return ObjectOf((("role", Const(role)), ("content", content)))
