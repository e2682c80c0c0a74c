"""Where one local cloud lives: its folder, its two ports and the operator's key.

Standard library only: the command line (``.venv``) and the engine (``.venv-engine``) both import it.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from localcloud.lock import exclusive

REPOSITORY = Path(__file__).resolve().parents[1]
ACCOUNT = "111111111111"
REGION = "us-east-1"

# What a clean child process keeps of the caller's environment: enough to find programs and registries.
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Home:
    """One local cloud on this machine.

    Two of them run side by side when folder and both ports differ; the e2e suite does so.

    Attributes:
        folder: Everything it writes; deleting it is the hardest reset.
        engine_port: The guarded engine on 127.0.0.1.
        front_port: The address for a person on 127.0.0.1.
        opensearch_url: Address of the OpenSearch that answers searches; "" for the embedded index.
    """

    folder: Path
    engine_port: int
    front_port: int
    opensearch_url: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Home:
        """The home that LUMENSTOCK_HOME, _ENGINE_PORT, _FRONT_PORT and _OPENSEARCH_URL name."""
        return cls(
            folder=Path(environ.get("LUMENSTOCK_HOME", REPOSITORY / ".local")).resolve(),
            engine_port=int(environ.get("LUMENSTOCK_ENGINE_PORT", "4566")),
            front_port=int(environ.get("LUMENSTOCK_FRONT_PORT", "8080")),
            opensearch_url=environ.get("LUMENSTOCK_OPENSEARCH_URL", ""),
        )

    @property
    def engine_url(self) -> str:
        """Endpoint for SDK clients."""
        return f"http://127.0.0.1:{self.engine_port}"

    @property
    def front_url(self) -> str:
        """Address for a person; also the origin that the buckets' CORS rules allow."""
        return f"http://localhost:{self.front_port}"

    @property
    def state(self) -> Path:
        """The engine's tables, queues and functions; written at a graceful stop only."""
        return self.folder / "engine"

    @property
    def bodies(self) -> Path:
        """Bodies of S3 objects; written at once."""
        return self.folder / "s3"

    @property
    def search(self) -> Path:
        """The embedded search index."""
        return self.folder / "search"

    @property
    def scratch(self) -> Path:
        """Temporary files of the engine and its workers; wiped at every start."""
        return self.folder / "scratch"

    @property
    def logs(self) -> Path:
        """One file a process."""
        return self.folder / "logs"

    @property
    def unclean_marker(self) -> Path:
        """Exists from the engine's start until its state has been written."""
        return self.folder / "engine-running"

    @property
    def outputs_file(self) -> Path:
        """The stacks' outputs, flat: ``{OutputName: value}``."""
        return self.folder / "outputs.json"

    @property
    def deployed_file(self) -> Path:
        """Digest of the sources that were deployed last."""
        return self.folder / "deployed.txt"

    @cached_property
    def operator_secret(self) -> str:
        """Secret access key of the operator, drawn once for this home and readable by its owner only."""
        path = self.folder / "credentials.json"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor, drawn = tempfile.mkstemp(dir=self.folder)  # 0600 from the start
            with os.fdopen(descriptor, "w") as file:
                json.dump({"secret_access_key": secrets.token_urlsafe(30)}, file)
            # A link shows a whole file or none: of two first starts one wins, and both read the same.
            with suppress(FileExistsError):
                path.hardlink_to(drawn)
            Path(drawn).unlink()
        secret: str = json.loads(path.read_text())["secret_access_key"]
        return secret

    def lock(self) -> AbstractContextManager[None]:
        """Wait for, and keep out, other commands that start, stop or deploy this cloud."""
        return exclusive(self.folder / "command.lock")

    def outputs(self) -> dict[str, str]:
        """The stacks' outputs; empty before the first deployment."""
        if not self.outputs_file.exists():
            return {}
        outputs: dict[str, str] = json.loads(self.outputs_file.read_text())
        return outputs

    def client_environment(self) -> dict[str, str]:
        """Environment variables that point any AWS SDK, and the CDK CLI, at this cloud and nowhere else."""
        return {
            "AWS_ENDPOINT_URL": self.engine_url,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": self.operator_secret,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The few variables of ``environ`` that a child process may see."""
    return {name: environ[name] for name in _KEPT_VARIABLES if name in environ}
