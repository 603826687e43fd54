"""The TypeScript that is written: tsc --strict passes on it, and refuses a caller what does not work."""

import random
import re
from pathlib import Path

from docsync.codegen.source_model import MAX_IDS
from docsync.codegen.typescript_source import typescript_source
from tests.codegen.collected import (
    READING_CLASS,
    Doc,
    bundled,
    collect,
    corpus,
    doc,
    prompt,
    tsc,
    typescript_project,
)
from tests.codegen.hostile import TEXTS, any_documents, hostile
from tests.helpers.project import Tell

# A service of the bundled documents. Behind each line that is wrong: the code of the error that tsc must give there.
USE = """
import Database from "better-sqlite3";
import { DatabaseSync } from "node:sqlite";
import { Documents, type DocumentIds, type PersonaId, type PromptInputs } from "./bundled.js";

const farmer: PersonaId = "persona/customers/hill-farmer";
const nobody: PersonaId = "persona/customers/nobody"; // TS2322

export function use(path: string): void {
  const documents = new Documents(path, (file) => new Database(file, { readonly: true, fileMustExist: true, timeout: 5000 }));
  new Documents(path, (file) => new DatabaseSync(file, { readOnly: true, timeout: 5000 }));
  new Documents(path); // TS2554
  const persona = documents.get(farmer);
  persona.name; // TS18048
  if (persona === undefined) return;
  const needs: string[] = persona.document.needs ?? [];
  persona.document.nees; // TS2551
  const group: string | undefined = persona.document.demographics?.ageGroup;
  documents.get("persona/customers/hil-farmer"); // TS2345
  const line: number | undefined = documents.get("prompt_template/support/rewrite-tone")?.document.body_line;
  const text: number | undefined = documents.get("prompt_template/support/rewrite-tone")?.document.body; // TS2322
  documents.find({ type: "persona", tag: "rural", where: { "demographics.ageGroup": "60+" }, limit: 5 })[0]?.document.name;
  documents.find({ type: "person" }); // TS2820
  documents.find({ type: "persona", where: { name: ["a"] } }); // TS2322
  const ids: DocumentIds["prompt_template"][] = documents.find({ type: "prompt_template" }).map((row) => row.id); // TS2322
}

const asked: PromptInputs["prompt_template/support/rewrite-tone"] = { text: "a", tone: "brief", mustKeep: ["b"] };
const rude: PromptInputs["prompt_template/support/rewrite-tone"] = { text: "a", tone: "rude" }; // TS2322
const empty: PromptInputs["prompt_template/support/rewrite-tone"] = {}; // TS2741
const other: PromptInputs["prompt_template/nothing"] = {}; // TS2339
"""


def source_of(documents: list[Doc]) -> str:
    return typescript_source(collect(documents), READING_CLASS)


def expected(source: str, name: str) -> set[str]:
    """Where *source* says that an error must be."""
    found = re.compile(r" // (TS\d+)$")
    lines = enumerate(source.splitlines(), 1)
    return {f"{name}:{number}:{code[1]}" for number, line in lines if (code := found.search(line))}


def test_tsc_knows_the_bundled_documents_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    folder = typescript_project(tmp_path / "project", bundled=source_of(bundled()), use=USE)

    assert set(tsc(folder, "--noEmit")) == expected(USE, "use")


def test_tsc_accepts_what_is_written_of_the_files_found_in_the_wild(tmp_path: Path) -> None:
    documents = corpus()
    wild = source_of(documents)
    folder = typescript_project(tmp_path / "project", wild=wild)

    assert len(documents) > 400
    assert wild.count("Inputs {\n") >= sum(one.type == "prompt_template" for one in documents)
    assert tsc(folder, "--noEmit") == []


def test_tsc_accepts_what_is_written_of_nothing(tmp_path: Path) -> None:
    folder = typescript_project(tmp_path / "project", nothing=source_of([]))

    assert tsc(folder, "--noEmit") == []


def test_no_name_or_text_breaks_out_of_its_place(tmp_path: Path) -> None:
    source = source_of(hostile())
    declared = re.findall(r"^export (?:interface|type|class) (\w+)", source, re.MULTILINE)

    assert len(declared) == len(set(declared))
    assert all(line.isprintable() for line in source.split("\n"))
    assert sum(name.endswith("Inputs") or "Inputs_" in name for name in declared) == len(TEXTS) + 1
    folder = typescript_project(tmp_path / "project", hostile=source)
    assert tsc(folder, "--noEmit") == []


def test_tsc_accepts_what_is_written_of_documents_of_any_shape(tmp_path: Path, tell: Tell) -> None:
    seed = random.randrange(10**9)
    tell(f"typescript source: seed {seed}, 200 collections")
    source = source_of(any_documents(random.Random(seed), 200))

    assert tsc(typescript_project(tmp_path / "project", any=source), "--noEmit") == []


def test_the_same_documents_give_the_same_text_in_any_order() -> None:
    documents = [*bundled(), *hostile()]
    source = source_of(documents)
    dice = random.Random(7)
    for _ in range(3):
        dice.shuffle(documents)
        assert source_of(documents) == source


def test_of_very_many_documents_all_of_the_type_are_ids() -> None:
    documents = [doc(f"persona/{number}", {"a": 1}) for number in range(MAX_IDS + 1)]

    assert "export type PersonaId = `persona/${string}`;\n" in source_of(documents)
    assert '"persona/0"' in source_of(documents[:MAX_IDS])


def test_each_kind_of_input_has_its_type() -> None:
    kinds = ("string", "integer", "float", "boolean", "array", "object", "image", "thread", "spoon")
    inputs = "".join(
        f"  {kind[:3]}: {{kind: {kind}, required: {str(kind != 'float').lower()}}}\n" for kind in kinds
    )
    more = "  lis: {kind: array, items: {kind: string}, nullable: true}\n  one: {enumValues: [a, 1, true]}\n"
    source = source_of([prompt(f"---\ninputs:\n{inputs}{more}---\n")])
    body = re.search(r"interface HelloInputs \{\n(.*?)\n\}", source, re.DOTALL)

    assert body
    assert body[1].split("\n") == [
        "  arr: readonly unknown[];",
        "  boo: boolean;",
        "  flo?: number;",
        "  ima: string;",
        "  int: number;",
        "  lis: readonly string[] | null;",
        "  obj: object;",
        '  one: "a" | 1 | true;',
        "  spo: unknown;",
        "  str: string;",
        "  thr: readonly { role: string; content: unknown }[];",
    ]
