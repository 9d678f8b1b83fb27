"""Limits of requests: windows, keys, tenants, strangers; what a setting may be."""

import pytest
from pydantic import ValidationError

from pocplatform.http import limits
from pocplatform.http.limits import RateLimits, Rule, TooManyRequests, parsed
from pocplatform.http.state import Actor
from pocplatform.kit.settings import Settings


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set, at the begin of a minute."""
    now = [1_800_000_000]
    monkeypatch.setattr(limits, "now_ms", lambda: now[0] * 1000)
    return now


def key(number=1, org="org_1"):
    return Actor(org, "0x0", frozenset({"read"}), f"key_{number}")


def limited(**settings):
    unlimited = {f"rate_limit_{name}": None for name in ("key", "tenant", "anonymous")}
    return RateLimits(Settings(**unlimited | settings))


def taken(counted, actor, at_most=100):
    """How many requests are let through."""
    for number in range(at_most):
        try:
            counted.take(actor)
        except TooManyRequests:
            return number
    return at_most


def test_key_has_so_many_requests_in_each_window(clock):
    counted = limited(rate_limit_key="3/minute")
    assert [counted.take(key()).remaining for _ in range(3)] == [2, 1, 0]
    with pytest.raises(TooManyRequests) as caught:
        counted.take(key())
    assert (caught.value.headroom.limit, caught.value.headroom.remaining) == (3, 0)
    assert 0 < caught.value.headroom.reset_s <= 61
    clock[0] += 60
    assert taken(counted, key()) == 3


def test_keys_have_limits_of_their_own_and_share_that_of_their_tenant(clock):
    counted = limited(rate_limit_key="3/minute", rate_limit_tenant="5/minute")
    assert taken(counted, key(1)) == 3
    assert taken(counted, key(2)) == 2
    assert taken(counted, key(3, org="org_2")) == 3


def test_of_several_windows_the_one_with_least_left_counts(clock):
    counted = limited(rate_limit_key="2/second;5/minute")
    assert taken(counted, key()) == 2
    clock[0] += 1
    assert counted.take(key()).limit == 2  # one of the second's, two of the minute's are left
    clock[0] += 1
    assert taken(counted, key()) == 2
    clock[0] += 1
    with pytest.raises(TooManyRequests) as caught:
        counted.take(key())
    assert caught.value.headroom.limit == 5


def test_organisers_are_not_limited(clock):
    counted = limited(rate_limit_tenant="1/day")
    assert taken(counted, Actor(None, "0x0", frozenset({"admin"}))) == 100


def test_strangers_are_counted_by_their_address(clock):
    counted = limited(rate_limit_anonymous="1/hour")
    counted.take_stranger("192.0.2.1")
    counted.take_stranger("192.0.2.2")
    with pytest.raises(TooManyRequests):
        counted.take_stranger("192.0.2.1")


def test_without_limits_nothing_is_counted(clock):
    counted = limited()
    assert counted.take(key()) is None
    assert counted.take_stranger("192.0.2.1") is None


def test_callers_of_past_windows_are_forgotten(clock, monkeypatch):
    monkeypatch.setattr(limits, "_AT_MOST", 10)
    counted = limited(rate_limit_key="1/minute")
    for number in range(10):
        counted.take(key(number))
    clock[0] += 60
    counted.take(key(99))
    assert len(counted._counts) == 1


def test_limits_are_written_as_the_limits_package_reads_them():
    assert parsed("100/second;2000/minute") == (Rule(100, 1), Rule(2000, 60))
    assert parsed(None) == ()


@pytest.mark.parametrize("text", ["many", "5", "5/fortnight", "-1/second", "5/second;", ""])
def test_what_is_no_limit_is_refused_at_the_start(text):
    with pytest.raises(ValidationError):
        Settings(rate_limit_key=text)
