import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from functions.manifest import FUNCTIONS, FunctionSpec
from infra.packaging import LOCAL, ROOT, build

FolderOf = Callable[[FunctionSpec], list[Path]]

# Only the standard library, then exactly what is given: no site-packages, no variable, no current folder.
IMPORT = """
import importlib, sys
module, _, name = sys.argv[1].rpartition(".")
sys.path[:0] = sys.argv[2:]
handler = getattr(importlib.import_module(module), name)
assert callable(handler), handler
import lumenstock
print(lumenstock.__file__)
"""


@pytest.mark.slow
@pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
def test_a_handler_imports_from_its_code_and_its_layers_alone(
    spec: FunctionSpec, local_layers: FolderOf, code: Path, runtime: Path, tmp_path: Path
) -> None:
    folders = [folder / "python" for folder in local_layers(spec)]
    command = [
        sys.executable,
        "-I",
        "-S",
        "-B",
        "-c",
        IMPORT,
        spec.handler,
        *map(str, (code, *folders, runtime)),
    ]
    environment = {"AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_SERVICE_NAME": spec.name}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(folders[0])


def test_the_zipped_code_is_the_functions_with_the_api_document_and_nothing_else(code: Path) -> None:
    shipped = {str(path.relative_to(code)) for path in code.rglob("*") if path.is_file()}
    written = {str(path.relative_to(ROOT)) for path in ROOT.glob("functions/**/*.py")}
    assert shipped == written | {"docs/api/openapi.json"}


def test_a_built_layer_is_found_again_and_not_made_anew(tmp_path: Path) -> None:
    first = build(("common",), LOCAL, root=tmp_path)
    (first / "mark").touch()
    again = build(("common",), LOCAL, root=tmp_path)
    assert again == first
    assert (again / "mark").exists()


def test_a_layer_that_fails_to_build_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.packaging.uv", lambda: "false")
    with pytest.raises(subprocess.CalledProcessError):
        build(("api",), LOCAL, root=tmp_path)
    assert list((tmp_path / LOCAL.folder).iterdir()) == []
