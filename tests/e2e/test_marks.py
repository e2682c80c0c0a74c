"""A public file names its image: the mark's way from the upload over the CDN to the question of an admin."""

from __future__ import annotations

import base64
import io

import httpx
from PIL import Image, ImageOps

from tests.e2e import journey
from tests.e2e.stage import Person, Stage
from tests.pictures import encode, jpeg


def admin(cloud: Stage) -> httpx.Client:
    """A client of somebody whom the operator made an admin; the role is in tokens from then on."""
    person = cloud.sign_up("buyer")
    cloud.operator.cognito.admin_add_user_to_group(
        UserPoolId=cloud.outputs["UserPoolId"], Username=person.email, GroupName="admin"
    )
    answer = person.api.post("/v1/auth/login", json={"email": person.email, "password": person.password})
    person.api.close()
    return cloud.client(journey.expect(answer)["accessToken"])


def question(file: bytes) -> dict[str, str]:
    return {"picture": base64.b64encode(file).decode()}


def test_a_public_file_names_its_image_scaled_mirrored_and_encoded_anew(
    cloud: Stage, contributor: Person
) -> None:
    image_id = journey.upload(contributor, journey.new_picture(1200, 900))
    preview = journey.approved(contributor, image_id)["previewUrl"]
    public = httpx.get(httpx.URL(cloud.url).join(preview), trust_env=False)
    assert public.is_success
    found = ImageOps.mirror(Image.open(io.BytesIO(public.content)).convert("RGB").resize((768, 576)))
    with admin(cloud) as asking:
        asked = question(encode(found, "JPEG", quality=75))
        assert journey.expect(asking.post("/v1/admin/marks/detect", json=asked))["imageId"] == image_id
        other = question(jpeg(800, 600, seed=7))
        assert not journey.expect(asking.post("/v1/admin/marks/detect", json=other))["found"]
    assert contributor.api.post("/v1/admin/marks/detect", json=asked).status_code == 403
