"""All rules in one table, and what runs them."""

from __future__ import annotations

from collections.abc import Iterable

from ..source.diagnostics import Report
from ..spec.document import Document
from . import (
    addresses,
    binds,
    descriptions,
    imports,
    listening,
    markdown,
    namespaces,
    oauth2,
    paths,
    secrets,
    semantics,
    steps,
    tools,
    tunnels,
)
from .rule import Rule
from .survey import Survey

RULES = (
    Rule("R101", "namespaces-unique", namespaces.namespaces_unique),
    Rule("R102", "aggregates-namespace-required", namespaces.aggregates_named),
    Rule("R103", "aggregates-unique-function-name", namespaces.flows_unique),
    Rule("R104", "parameters-unique", namespaces.parameters_unique),
    Rule("R105", "import-import-required", imports.import_names_entry),
    Rule("R106", "import-unique-alias", imports.aliases_unique),
    Rule("R107", "standalone-no-imports", imports.shared_without_imports),
    Rule("R108", "variables-used", binds.variables_used),
    Rule("R109", "consumes-baseuri-no-trailing-slash", addresses.no_trailing_slash),
    Rule("R110", "baseuri-not-example", addresses.not_an_example),
    Rule("R111", "no-http-base-uri", addresses.encrypted),
    Rule("R112", "no-credentials-in-base-uri", addresses.without_credentials),
    Rule("R113", "baseuri-not-repeated-in-path", addresses.not_repeated_in_path),
    Rule("R114", "consumed-resource-no-query-in-path", paths.consumed_without_query),
    Rule("R115", "rest-resource-path-no-query", paths.exposed_without_query),
    Rule("R116", "rest-resource-path-no-trailing-slash", paths.exposed_without_trailing_slash),
    Rule("R117", "address-not-example", listening.address_is_real),
    Rule("R118", "ports-unique", listening.ports_unique),
    Rule("R119", "control-singleton", listening.one_control_server),
    Rule("R120", "control-address-localhost-warning", listening.control_is_local),
    Rule("R121", "no-hardcoded-secrets", secrets.no_literal_secrets),
    Rule("R122", "oauth2-https-authserver", oauth2.authorization_server_https),
    Rule("R123", "oauth2-resource-https", oauth2.resource_https),
    Rule("R124", "oauth2-scopes-defined", oauth2.scopes_defined),
    Rule("R125", "mcp-auth-stdio-conflict", tools.stdio_without_authentication),
    Rule("R126", "tunnel-identity-must-bind", tunnels.identity_is_bound),
    Rule("R127", "tunnel-fallback-direct-warns", tunnels.fallback_stays_here),
    Rule("R128", "tunnel-with-public-baseuri-warns", tunnels.base_uri_is_inside),
    Rule("R129", "aggregate-semantics-consistency", semantics.agree_with_flow),
    Rule("R130", "hints-consistency", semantics.hints_agree),
    Rule("R131", "tool-description", tools.described),
    Rule("R132", "tool-description-length", tools.short_described),
    Rule("R133", "tool-names-distinct", tools.names_distinct),
    Rule("R135", "steps-name-pattern", steps.names_usable),
    Rule("R136", "script-defaults-required", steps.scripts_complete),
    Rule("R137", "no-script-tags-in-markdown", markdown.without_script_tags),
    Rule("R138", "no-eval-in-markdown", markdown.without_eval),
    Rule("R139", "aggregate-flow-description", descriptions.flows_described),
    Rule("R140", "consumes-description", descriptions.apis_described, is_taste=True),
    Rule("R141", "rest-resource-description", descriptions.resources_described, is_taste=True),
    Rule("R142", "rest-operation-description", descriptions.routes_described, is_taste=True),
    Rule("R143", "info-tags", descriptions.tagged, is_taste=True),
)
RECOMMENDED = tuple(rule for rule in RULES if not rule.is_taste)


def lint(document: Document, report: Report, rules: Iterable[Rule] = RECOMMENDED) -> None:
    """Report, as warnings, where a document breaks rules."""
    survey = Survey(document)
    for rule in rules:
        for finding in rule.check(survey):
            report.warn(rule.code, f"{finding.message} ({rule.name})", finding.span, finding.hint)
