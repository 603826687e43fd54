"""Which model a prompt is written for: by its name, or as a deployment. Never chooses one."""

from dataclasses import dataclass

from docsync.formats.prompty.shape import JsonObject, mapping, text
from docsync.render.environment import Environment, find_variables, resolve_variables
from docsync.render.mistake_list import MistakeList

CHAT, RESPONSES = "chat", "responses"

_AZURE = "foundry"
_DEPLOYMENTS = ("azure_deployment", "deployment", "deployment_name")
_MODELS = ("model", "model_name")


@dataclass(frozen=True, slots=True)
class Model:
    """What a prompt says of its model, as it is written. `api` is chat where it says nothing.

    `name` is None where only an Azure deployment is named: what model that is, its owner knows. Variables
    of the environment count in the deployment, and in the name if `is_in_connection`.
    """

    api: str
    provider: str | None
    name: str | None
    deployment: str | None
    is_in_connection: bool = False


def read_model(model: JsonObject, written: JsonObject) -> Model:
    """The model in *model*, in v2's names.

    *written* is its prompt's own word, empty if that is but a name.
    """
    connection = mapping(model.get("connection"))
    provider, name = text(model.get("provider")), text(model.get("id"))
    deployment = _find(connection, _DEPLOYMENTS)
    # v1 has no id: docsync took it from the connection, where it is a deployment if that is Azure's.
    is_in_connection = name is None or (bool(written) and "id" not in written)
    if name is not None and is_in_connection and provider == _AZURE:
        name, deployment = None, deployment or name
    return Model(
        text(model.get("apiType")) or CHAT,
        provider,
        name or _find(connection, _MODELS),
        deployment,
        is_in_connection,
    )


def resolve_name(model: Model, environment: Environment, mistakes: MistakeList) -> str:
    """The name of the model, or a mistake that says why there is none."""
    if model.name is None:
        if model.deployment is None:
            mistakes.add("the prompt names no model: say which with model=", "model.id")
        else:
            mistakes.add(
                "the prompt names an Azure deployment and no model: ask azure(), or say which with model=",
                "model.connection",
            )
        return ""
    if model.is_in_connection:
        return _resolve(model.name, environment, mistakes)
    variable = next(find_variables(model.name), None)
    if variable is not None:
        mistakes.add(
            f"asks for the variable {variable}, and variables count only below model.connection and "
            "model.options: say the name with model=",
            "model.id",
        )
    return model.name


def resolve_deployment(model: Model, environment: Environment, mistakes: MistakeList) -> str:
    """The name of the Azure deployment; where none is said, it is called like the model."""
    if model.deployment is None:
        return resolve_name(model, environment, mistakes)
    return _resolve(model.deployment, environment, mistakes)


def _resolve(written: str, environment: Environment, mistakes: MistakeList) -> str:
    resolved = text(resolve_variables(written, environment, "model.connection", mistakes))
    if resolved is None:
        mistakes.add("the variable that names the model is empty", "model.connection")
    return resolved or ""


def _find(connection: JsonObject, keys: tuple[str, ...]) -> str | None:
    return next((found for key in keys if (found := text(connection.get(key)))), None)
