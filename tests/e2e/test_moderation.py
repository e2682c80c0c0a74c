"""Takedown, restoration and deletion on the deployed stage: in the index, at the CDN, in the buckets."""

from __future__ import annotations

import httpx

from tests.e2e import journey
from tests.e2e.stage import Person, Stage

GONE = {403, 404}  # S3 tells the CDN, which may not list, that it may not see what is not there


def hits(person: Person, image_id: str) -> bool:
    found = journey.expect(person.api.get("/v1/search", params={"contributor": person.id, "page_size": 100}))
    return image_id in {hit["id"] for hit in found["results"]}


def media(cloud: Stage, url: str) -> int:
    address = url if url.startswith("http") else f"{cloud.url}{url}"
    return httpx.get(address, trust_env=False, timeout=30).status_code


def below(cloud: Stage, bucket: str, prefix: str) -> int:
    """Versions of objects, and marks of deleted ones."""
    listed = cloud.operator.s3.list_object_versions(Bucket=cloud.outputs[bucket], Prefix=prefix)
    return len(listed.get("Versions", [])) + len(listed.get("DeleteMarkers", []))


def assert_forgotten_at_the_edge(cloud: Stage, key: str) -> None:
    """By name, or with everything where many others go too. The purger runs by the clock; here it is called."""
    answer = cloud.operator.functions.invoke(FunctionName=f"lumenstock-{cloud.name}-moderation-purge")
    assert "FunctionError" not in answer, answer["Payload"].read()
    edge, distribution = cloud.operator.cloudfront, cloud.outputs["DistributionId"]
    listed = edge.list_invalidations(DistributionId=distribution)["InvalidationList"].get("Items", [])
    told = (
        edge.get_invalidation(DistributionId=distribution, Id=one["Id"])["Invalidation"] for one in listed
    )
    paths = {path for one in told for path in one["InvalidationBatch"]["Paths"]["Items"]}
    assert {f"/img/{key}/*", "/*"} & paths


def test_what_is_taken_down_is_gone_everywhere_and_comes_back_elsewhere(
    cloud: Stage, contributor: Person, admin: Person
) -> None:
    image_id = journey.upload(contributor, title="Taken down")
    url = journey.approved(contributor, image_id)["previewUrl"]
    journey.wait_for(lambda: hits(contributor, image_id), bool, within_s=30)
    assert media(cloud, url) == 200
    key = url.rpartition("/img/")[2].split("/")[0]
    taken = journey.decide(admin, image_id, "takedown", reasons=["copyright"], note="complaint 117")
    assert taken["history"][0]["by"] == admin.id
    assert contributor.api.get(f"/v1/images/{image_id}").status_code == 404
    assert media(cloud, url) in GONE
    assert below(cloud, "DerivativesBucket", key) == 0
    journey.wait_for(lambda: hits(contributor, image_id), lambda found: not found, within_s=30)
    assert_forgotten_at_the_edge(cloud, key)
    journey.decide(admin, image_id, "restore")
    back = journey.approved(contributor, image_id)["previewUrl"]
    assert back != url
    assert media(cloud, back) == 200
    assert media(cloud, url) in GONE
    journey.wait_for(lambda: hits(contributor, image_id), bool, within_s=30)


def test_new_words_are_found_and_a_deleted_image_is_not(
    cloud: Stage, contributor: Person, admin: Person
) -> None:
    image_id = journey.upload(contributor, title="Old words")
    url = journey.approved(contributor, image_id)["previewUrl"]
    target = f"/v1/contributor/images/{image_id}"
    seen = contributor.api.get(target).headers["etag"]
    edited = contributor.api.patch(target, json={"title": "Zeppelin"}, headers={"If-Match": seen})
    assert journey.expect(edited)["status"] == "approved"
    assert contributor.api.patch(target, json={"title": "x"}, headers={"If-Match": seen}).status_code == 412
    words = {"contributor": contributor.id, "q": "zeppelin", "mode": "keyword"}
    journey.wait_for(
        lambda: journey.expect(contributor.api.get("/v1/search", params=words))["total"],
        lambda total: total == 1,
        within_s=30,
    )
    assert contributor.api.delete(target, headers={"If-Match": "*"}).status_code == 204
    assert contributor.api.get(target).status_code == 404
    assert media(cloud, url) in GONE
    journey.wait_for(lambda: hits(contributor, image_id), lambda found: not found, within_s=30)
    trail = journey.expect(admin.api.get(f"/v1/admin/moderation/{image_id}"))["history"]
    assert [entry["action"] for entry in trail] == ["delete", "edit"]


def test_nobody_but_an_admin_moderates(contributor: Person, admin: Person) -> None:
    assert contributor.api.get("/v1/admin/moderation/queue").status_code == 403
    assert "images" in journey.expect(admin.api.get("/v1/admin/moderation/queue"))
