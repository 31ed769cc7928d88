"""Which addresses a host may have."""

from ipaddress import ip_network

import pytest

from naftiko_runtime.plan.errors import AddressRefused
from naftiko_runtime.runtime.policies.egress import Egress, host_of

PUBLIC = [
    "93.184.215.14",
    "1.1.1.1",
    "2606:2800:21f::1",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "2002:101:101::",
]
INSIDE = ["10.0.0.5", "172.16.3.4", "192.168.1.1", "100.64.0.1", "127.0.0.1", "127.9.9.9", "::1", "fd12::1"]
NOWHERE = [
    *("169.254.169.254", "169.254.1.1", "fe80::1", "fe80::1%eth0", "::", "224.0.0.1", "ff02::1"),
    *(
        "240.0.0.1",
        "0.1.2.3",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "2001:db8::1",
        "192.0.0.192",
        "fec0::1",
    ),
    *(
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
    ),
    *("2002:a9fe:a9fe::", "2001:0:5ef5:79fd:0:0:5601:5601", "::127.0.0.1"),
]
FORMS_OF_INSIDE = [
    "::ffff:10.0.0.5",
    "::ffff:127.0.0.1",
    "64:ff9b::a00:5",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
]


def admits(host: str, address: str, egress: Egress | None = None) -> bool:
    try:
        return (egress or Egress()).admitted("api", host, [address]) == [address]
    except AddressRefused:
        return False


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_for_everybody(address: str) -> None:
    assert admits("api.example.com", address)


@pytest.mark.parametrize("address", [*INSIDE, *FORMS_OF_INSIDE, *NOWHERE])
def test_others_are_not_for_names_of_the_public_internet(address: str) -> None:
    assert not admits("api.example.com", address)


@pytest.mark.parametrize("address", INSIDE)
@pytest.mark.parametrize("host", ["registry", "registry.svc.cluster.local", "Nas.Lan.", "api.internal"])
def test_names_that_mean_something_inside_alone_may_be_inside(host: str, address: str) -> None:
    assert admits(host, address)


@pytest.mark.parametrize("address", NOWHERE)
@pytest.mark.parametrize("host", ["registry", "metadata.google.internal", "named.example.com"])
def test_no_name_leads_to_metadata_or_nowhere(host: str, address: str) -> None:
    assert not admits(host, address, Egress(hosts=frozenset({"named.example.com"})))


@pytest.mark.parametrize("address", INSIDE)
def test_a_host_that_the_operator_names_may_be_inside(address: str) -> None:
    egress = Egress(hosts=frozenset({"named.example.com"}))
    assert admits("Named.Example.com", address, egress)
    assert not admits("other.example.com", address, egress)


def test_localhost_is_this_machine_and_no_other() -> None:
    assert [address for address in (*INSIDE, *PUBLIC) if admits("localhost", address)] == [
        *("127.0.0.1", "127.9.9.9", "::1")
    ]
    assert admits("app.localhost", "127.0.0.1")


def test_an_address_that_is_written_out_is_named() -> None:
    assert admits("169.254.169.254", "169.254.169.254")
    assert not admits("2852039166", "169.254.169.254")
    assert not any(admits(host, "127.0.0.1") for host in ("0x7f000001", "2130706433", "0x", "127.0.0.0x1"))


def test_the_operator_may_allow_addresses_altogether() -> None:
    egress = Egress(networks=(ip_network("10.0.0.0/8"), ip_network("169.254.169.254")))
    allowed = [address for address in (*INSIDE, *NOWHERE) if admits("api.example.com", address, egress)]
    assert allowed == [
        *("10.0.0.5", "169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::"),
        "2001:0:5ef5:79fd:0:0:5601:5601",
    ]


def test_of_several_addresses_those_that_may_be_called_are_kept() -> None:
    found = ["10.0.0.5", "1.1.1.1", "::1", "2606:2800:21f::1"]
    assert Egress().admitted("api", "api.example.com", found) == ["1.1.1.1", "2606:2800:21f::1"]


def test_a_refusal_tells_the_log_what_callers_need_not_know() -> None:
    with pytest.raises(AddressRefused) as caught:
        Egress().admitted("ships", "ships.example.com", ["10.0.0.5", "::1"])
    assert caught.value.sentence == "the host of ships has no public address, and nobody allows any other"
    assert caught.value.detail == "ships.example.com is 10.0.0.5, ::1; --allow-address lets it be called"
    assert (caught.value.status, caught.value.was_sent, caught.value.is_lasting) == (502, False, True)


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://Api.Example.com.:8443/v1", "api.example.com"), ("http://[::1]/", "::1"), ("x", "")],
)
def test_hosts_are_compared_by_one_spelling(url: str, host: str) -> None:
    assert host_of(url) == host
