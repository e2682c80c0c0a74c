from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from cli.marks import MAX_PICTURE_BYTES
from tests.cli.answers import Answer, problem
from tests.cli.marketplace import Marketplace
from tests.cli.running import Run

DETECT = "/v1/admin/marks/detect"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"found": True, "score": 18.234, "imageId": "01J"}, "a public file of image 01J (score 18.2)"),
        ({"found": True, "score": 9.0, "licenceId": "01L"}, "a licensed copy: licence 01L (score 9.0)"),
        ({"found": False, "score": 5.1}, "no mark (score 5.1)"),
    ],
)
def test_what_is_found_is_said(
    market: Marketplace, signed_in: Run, pictures: Path, answer: dict[str, object], said: str
) -> None:
    market.faults[DETECT] = [Answer(200, answer)]
    ran = signed_in("detect-mark", str(pictures / "red-car_02.jpg"))
    assert (ran.code, ran.out.strip()) == (0, said)
    assert market.seen[-1] == f"POST {DETECT}"


def test_as_json_it_is_one_line_of_what_is_known(market: Marketplace, signed_in: Run, pictures: Path) -> None:
    market.faults[DETECT] = [Answer(200, {"found": False, "score": 5.1})]
    assert signed_in("detect-mark", str(pictures / "red-car_02.jpg"), "--json").lines == [
        {"found": False, "score": 5.1}
    ]


def test_who_is_no_admin_is_told(market: Marketplace, signed_in: Run, pictures: Path) -> None:
    market.faults[DETECT] = [problem(403, "forbidden", "This needs the role admin.")]
    ran = signed_in("detect-mark", str(pictures / "red-car_02.jpg"))
    assert ran.code != 0
    assert "This needs the role admin." in ran.err


def test_a_picture_that_is_too_large_is_not_sent(market: Marketplace, signed_in: Run, tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(bytes(MAX_PICTURE_BYTES + 1))
    ran = signed_in("detect-mark", str(large))
    assert ran.code == 5
    assert "Scale it down" in ran.err
    assert f"POST {DETECT}" not in market.seen


def test_the_bytes_of_the_file_are_what_is_sent(market: Marketplace, signed_in: Run, pictures: Path) -> None:
    market.faults[DETECT] = [Answer(200, {"found": False, "score": 1.0})]
    signed_in("detect-mark", str(pictures / "red-car_02.jpg"))
    assert (
        base64.b64decode(json.loads(market.last_body)["picture"])
        == (pictures / "red-car_02.jpg").read_bytes()
    )
