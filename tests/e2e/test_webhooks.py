"""A contributor's own service hears of pictures: signed, again after failures, and again when asked."""

from __future__ import annotations

import pytest

from tests.e2e import journey
from tests.e2e.receiver import PATH, deliveries, receiving
from tests.e2e.stage import Person, Stage
from tests.pictures import jpeg


@pytest.fixture(autouse=True)
def _local(cloud: Stage) -> None:
    if cloud.home is None:
        pytest.skip("only a local stage may send to this machine")


def test_a_service_that_fails_twice_gets_the_message_the_third_time(contributor: Person) -> None:
    with receiving(contributor) as (receiver, webhook):
        receiver.answers = [500, 503]
        image_id = journey.upload(contributor)
        journey.approved(contributor, image_id)
        journey.wait_for(lambda: receiver.of(image_id), lambda heard: len(heard) == 3, within_s=60)
        assert receiver.of(image_id) == ["ImageApproved"] * 3
        assert len({event_id for event_id, _ in receiver.heard}) == 1
        status = journey.status_of(contributor, image_id)
        event_id, message = receiver.heard[-1]
        assert event_id == f"{image_id}#{status['version']}"
        assert message["data"] == {
            "imageId": image_id,
            "version": status["version"],
            "status": "approved",
            "reasons": [],
        }
        (delivery,) = journey.wait_for(
            lambda: deliveries(contributor, webhook), lambda sent: sent[0]["status"] == "delivered", 10
        )
        assert (delivery["attempts"], delivery["statusCode"]) == (3, 204)
        assert receiver.refused == []


def test_a_delivery_is_sent_again_when_asked(contributor: Person) -> None:
    with receiving(contributor) as (receiver, webhook):
        started = journey.expect(contributor.api.post(f"{PATH}/{webhook['id']}/test"))
        journey.wait_for(lambda: receiver.heard, lambda heard: len(heard) == 1, within_s=30)
        replay = f"{PATH}/{webhook['id']}/deliveries/{started['id']}/replay"
        journey.wait_for(
            lambda: deliveries(contributor, webhook), lambda sent: sent[0]["status"] == "delivered", 10
        )
        journey.expect(contributor.api.post(replay))
        journey.wait_for(lambda: receiver.heard, lambda heard: len(heard) == 2, within_s=30)
        assert receiver.heard[0] == receiver.heard[1]
        assert receiver.heard[0][1]["type"] == "WebhookTest"


def test_a_service_that_is_gone_hears_no_more_until_it_is_enabled(contributor: Person) -> None:
    with receiving(contributor) as (receiver, webhook), receiving(contributor) as (other, _):
        receiver.answers = [410]
        refused = journey.upload(contributor, jpeg(8, 8))
        assert journey.settled(contributor, refused)["status"] == "rejected"
        address = f"{PATH}/{webhook['id']}"
        journey.wait_for(
            lambda: journey.expect(contributor.api.get(address)),
            lambda seen: seen["status"] == "disabled",
            30,
        )
        journey.wait_for(lambda: other.of(refused), lambda heard: heard == ["ImageRejected"], within_s=30)
        assert other.heard[0][1]["data"]["reasons"] == ["too_small"]
        approved = journey.upload(contributor)
        journey.approved(contributor, approved)
        journey.wait_for(lambda: other.of(approved), lambda heard: heard == ["ImageApproved"], within_s=30)
        assert receiver.of(refused) == ["ImageRejected"]
        assert receiver.of(approved) == []
        enabled = journey.expect(contributor.api.post(f"{address}/enable"))
        assert (enabled["status"], enabled["failures"]) == ("enabled", 0)


def test_a_wait_ends_with_the_news(contributor: Person) -> None:
    data = journey.new_picture()
    announced = journey.announce(contributor, data)
    address = f"/v1/images/{announced['imageId']}/status"
    first = contributor.api.get(address)
    idle = contributor.api.get(address, params={"wait": 1}, headers={"if-none-match": first.headers["etag"]})
    assert (idle.status_code, idle.content) == (304, b"")
    journey.send(announced, data)
    news = contributor.api.get(address, params={"wait": 20}, headers={"if-none-match": first.headers["etag"]})
    assert news.status_code == 200
    assert news.json()["version"] > first.json()["version"]
