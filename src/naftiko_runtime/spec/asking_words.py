"""What the keys of our extension for questions mean, in a sentence for authors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OF_ASKING: Mapping[str, str] = MappingProxyType(
    {
        "AskStepSpec.questions": "Questions that are asked at once, by name; their answers go by it.",
        "ElicitSpec.message": "What the person is told, with holes: Delete {{name}}.",
        "ElicitSpec.requestedSchema": "The fields of the form, as JSON Schema of an object without nesting.",
        "ElicitSpec.url": "A page that the person is asked to open, in place of a form.",
        "PromptSpec.ask": "Questions before the prompt is filled in; holes of it take their answers.",
        "QuestionSpec.elicit": "Ask the person: by a form, or to open a page.",
        "QuestionSpec.required": "Whether everything ends where no answer is given; it does if not said.",
        "QuestionSpec.roots": "Ask the client which directories it works in.",
        "QuestionSpec.sample": "Ask the model.",
        "SaidSpec.content": "The text of the message, with holes.",
        "SaidSpec.role": "Who says it; the user if nothing is said.",
        "SampleSpec.maxTokens": "How long the answer may be.",
        "SampleSpec.messages": "What was said so far; the model answers it.",
        "SampleSpec.prompt": "The one message of the user, where there are no others.",
        "SampleSpec.stopSequences": "Texts at which the answer ends.",
        "SampleSpec.systemPrompt": "What the model is to be.",
        "SampleSpec.temperature": "How far answers may differ; 0 for hardly.",
    }
)
