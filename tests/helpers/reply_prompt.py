"""A prompt that those who render it by HTTP and in the shell share: inputs of three kinds, and a variable."""

REPLY = """---
name: Reply
model:
  id: gpt-4o
  provider: openai
  connection: {kind: key, apiKey: "${env:THE_KEY}"}
  options: {additionalProperties: {user: "${env:THE_KEY}"}}
inputs:
  - {name: persona, kind: object}
  - {name: count, kind: integer, default: 1}
  - {name: question, kind: string, example: "What?"}
---
system:
You are {{ persona.name }}, {{ count + 1 }}.
user:
{{ question }}
"""
REPLY_ID = "prompt_template/reply"
"""The id that it has as `prompts/reply.prompty`."""
