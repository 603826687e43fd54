"""The model part of a prompt in the names of Prompty v2. Never drops a key, never invents a default."""

from docsync.formats.prompty.shape import JsonObject, mapping, rename_keys

_MODEL = {"api": "apiType", "configuration": "connection", "parameters": "options"}
_OPTIONS = {
    "max_tokens": "maxOutputTokens",
    "top_p": "topP",
    "top_k": "topK",
    "frequency_penalty": "frequencyPenalty",
    "presence_penalty": "presencePenalty",
    "stop": "stopSequences",
}
_CONNECTION = {"azure_endpoint": "endpoint", "api_key": "apiKey"}
_PROVIDERS = {"azure_openai": "foundry", "openai": "openai"}
# Where a provider's connection says what v2 calls the id of the model.
_MODEL_IDS = {"azure_openai": "azure_deployment", "openai": "name"}


def normalize_model(value: object) -> JsonObject:
    """`model` as v2 would write it; a bare text is the model's id."""
    if isinstance(value, str):
        return {"id": value}
    written = mapping(value)
    model = rename_keys(written, _MODEL)
    connection, options = model.get("connection"), model.get("options")
    if isinstance(options, dict):
        # Tools stand at the top in v2; `normal_tools` takes them from the same place.
        model["options"] = rename_keys(
            {key: item for key, item in options.items() if key != "tools"}, _OPTIONS
        )
    if isinstance(connection, dict):
        _connect(model, connection)
    return model


def _connect(model: JsonObject, written: JsonObject) -> None:
    connection = rename_keys(written, _CONNECTION)
    kind = connection.get("type")
    model["connection"] = connection
    if not isinstance(kind, str) or "kind" in connection:
        return
    del connection["type"]
    provider = _PROVIDERS.get(kind)
    if provider is None:
        model["connection"] = {"kind": kind, **connection}
        return
    model["connection"] = {"kind": "key", **connection}
    model.setdefault("provider", provider)
    if "id" not in model and _MODEL_IDS[kind] in connection:
        model["id"] = mapping(model["connection"]).pop(_MODEL_IDS[kind])
