# SPDX-License-Identifier: MIT
"""The five operations on documents: their documented fields, limits and answers."""

import re
import time
import uuid

import pytest

INVALID = "COC.00010002"
NO_DOCUMENT = "COC.00042101"


def refused(answer, field, code=INVALID):
    assert answer.status == 400, answer.body
    assert answer.code == code
    assert field in answer.message
    assert set(answer.json) == {"error_code", "error_msg"}


# ---- create ----


def test_create_answers_with_an_id_and_nothing_else(service):
    answer = service.create()
    assert answer.status == 200
    assert set(answer.json) == {"data"}
    assert re.fullmatch(r"DM\d{14}[a-z0-9]{5,}", answer.data)
    stamp = time.strftime("%Y%m%d", time.gmtime())
    assert answer.data[2:10] == stamp


def test_two_creates_of_one_name_make_two_documents(service):
    assert service.made(name="twin") != service.made(name="twin")


def test_what_was_created_is_shown(service):
    before = int(time.time() * 1000)
    document = service.made(
        name="restart", content="meta: {}\n", description="of nginx", risk_level="HIGH", enterprise_project_id="p1"
    )
    data = service.show(document).data
    assert set(data) == {
        "id", "document_id", "name", "content", "description", "risk_level", "enterprise_project_id",
        "create_time", "update_time", "version", "creator", "modifier", "versions",
    }  # fmt: skip
    assert data["document_id"] == document
    assert data["name"] == "restart"
    assert data["content"] == "meta: {}\n"
    assert data["description"] == "of nginx"
    assert data["risk_level"] == "HIGH"
    assert data["enterprise_project_id"] == "p1"
    assert data["version"] == "v1"
    assert data["modifier"] is None
    assert data["creator"] == service.keys[0]
    assert data["id"].isdigit()  # the page declares it as a string
    assert before - 1000 <= data["create_time"] <= int(time.time() * 1000)
    assert data["update_time"] == data["create_time"]


@pytest.mark.parametrize("field", ["name", "content", "enterprise_project_id", "risk_level"])
@pytest.mark.parametrize("value", [..., None], ids=["absent", "null"])
def test_create_names_a_required_field_that_is_missing(service, field, value):
    refused(service.create(**{field: value}), f"{field} is missing")


@pytest.mark.parametrize("field", ["name", "content", "enterprise_project_id", "risk_level", "description"])
@pytest.mark.parametrize("value", [1, True, [], {}], ids=["number", "boolean", "array", "object"])
def test_create_names_a_field_of_another_type(service, field, value):
    refused(service.create(**{field: value}), f"{field} is not a string")


@pytest.mark.parametrize(
    "field, value",
    [
        ("name", ""),
        ("name", "x" * 129),
        ("name", "\u4e2d" * 129),
        ("content", ""),
        ("content", "x" * 65537),
        ("content", "\u4e2d" * 21846),
        ("enterprise_project_id", "x" * 129),
        ("description", "x" * 129),
        ("risk_level", ""),
        ("risk_level", "low"),
        ("risk_level", "CRITICAL"),
    ],
)
def test_create_names_a_field_out_of_its_limits(service, field, value):
    refused(service.create(**{field: value}), field)


@pytest.mark.parametrize(
    "field, value",
    [
        ("name", "x"),
        ("name", "x" * 128),
        ("name", "\U0001f600" * 128),
        ("content", "x"),
        ("content", "x" * 65536),
        ("content", "\u4e2d" * 21845 + "x"),
        ("enterprise_project_id", ""),
        ("enterprise_project_id", "x" * 128),
        ("description", ""),
        ("description", "\u4e2d" * 128),
        ("risk_level", "LOW"),
        ("risk_level", "MEDIUM"),
        ("risk_level", "HIGH"),
    ],
)
def test_create_keeps_a_field_at_its_limits(service, field, value):
    assert service.show(service.made(**{field: value})).data[field] == value


@pytest.mark.parametrize(
    "content",
    [
        "a\r\nb\tc",
        "\ufeffname: x",
        "quote \" backslash \\ slash / \\u0000",
        "".join(chr(c) for c in range(1, 128)),
        "e\u0301 \u2028 \uffff \U0010ffff",
        "no newline at the end",
        "\n\n",
    ],
    ids=["crlf", "bom", "escapes", "ascii", "unicode", "bare", "newlines"],
)
def test_content_comes_back_byte_for_byte(service, content):
    assert service.show(service.made(content=content)).data["content"] == content


@pytest.mark.parametrize("tags", [[], [{"key": "a", "value": "b"}], [{"key": "a", "value": ""}] * 20, [{"key": "a"}], [{"value": "b"}], [{"key": None}], [{}], None])
def test_create_takes_tags_and_show_does_not_give_them(service, tags):
    assert "tags" not in service.show(service.made(tags=tags)).data


@pytest.mark.parametrize("tags", ["a=b", {"key": "a"}, [1], [{"key": 1}], [{"key": "a", "value": 1}]])
def test_create_names_tags_of_another_shape(service, tags):
    refused(service.create(tags=tags), "tags")


def test_unknown_fields_are_ignored(service):
    assert service.create(colour="red", Name="other").status == 200


def test_member_names_are_case_sensitive(service):
    refused(service.create(name=..., Name="x"), "name is missing")


def test_content_that_is_no_dsl_is_taken(service):
    assert service.create(content="test").status == 200


# ---- show ----


@pytest.mark.parametrize("document", ["DM20250101000000nothere", "x", "*", "v1", "DM%", "../documents"])
def test_show_of_an_unknown_document(service, document):
    answer = service.show(document)
    if "/" in document:
        assert answer.status == 404
    else:
        refused(answer, "does not exist", NO_DOCUMENT)


def test_show_gives_each_version_its_content_newest_first(service):
    document = service.made(content="one")
    service.update(document, content="two")
    service.update(document, content="three")
    data = service.show(document).data
    assert data["version"] == "v3"
    assert data["content"] == "three"
    assert [row["version"] for row in data["versions"]] == ["v3", "v2", "v1"]
    assert [set(row) for row in data["versions"]] == [{"version", "version_uuid", "create_time"}] * 3
    assert len({uuid.UUID(row["version_uuid"]) for row in data["versions"]}) == 3
    times = [row["create_time"] for row in data["versions"]]
    assert times == sorted(times, reverse=True)
    for number, content in ((1, "one"), (2, "two"), (3, "three")):
        data = service.show(document, version=f"v{number}").data
        assert (data["version"], data["content"]) == (f"v{number}", content)
        assert len(data["versions"]) == 3


@pytest.mark.parametrize("version", ["v2", "v0", "1", "v", "vx", "v01", "v1x", "v99999999999999999999", "latest"])
def test_show_names_a_version_that_is_not_there(service, version):
    refused(service.show(service.made(), version=version), "version")


def test_show_takes_an_empty_version_as_the_latest(service):
    assert service.show(service.made(), version="").data["version"] == "v1"


@pytest.mark.parametrize("word", ["PRIVATE", "NORMAL", ""])
def test_show_takes_both_words_for_own_documents(service, word):
    assert service.show(service.made(), document_type=word).status == 200


def test_show_finds_no_public_document(service):
    refused(service.show(service.made(), document_type="PUBLIC"), "does not exist", NO_DOCUMENT)


def test_show_names_another_document_type(service):
    refused(service.show(service.made(), document_type="OTHER"), "document_type")


# ---- update ----


def test_update_answers_with_the_id_and_makes_a_version(service):
    document = service.made()
    assert service.update(document, name="new", content="changed").json == {"data": document}
    data = service.show(document).data
    assert (data["name"], data["content"], data["version"]) == ("new", "changed", "v2")
    assert data["modifier"] == service.keys[0]
    assert data["update_time"] >= data["create_time"]


def test_update_with_the_same_content_makes_a_version_too(service):
    document = service.made(content="same")
    service.update(document, content="same")
    assert service.show(document).data["version"] == "v2"


@pytest.mark.parametrize("field", ["name", "content"])
@pytest.mark.parametrize("value", [..., None], ids=["absent", "null"])
def test_update_names_a_required_field_that_is_missing(service, field, value):
    refused(service.update(service.made(), **{field: value}), f"{field} is missing")


@pytest.mark.parametrize(
    "field, value",
    [
        ("name", ""),
        ("name", "x" * 129),
        ("content", ""),
        ("content", "x" * 65536),
        ("description", "x" * 129),
        ("risk_level", "none"),
        ("name", 1),
        ("content", []),
        ("description", {}),
        ("risk_level", 1),
    ],
)
def test_update_names_a_field_that_is_wrong_and_changes_nothing(service, field, value):
    document = service.made()
    before = service.show(document).data
    refused(service.update(document, **{field: value}), field)
    assert service.show(document).data == before


def test_update_takes_one_byte_less_than_create(service):
    document = service.made(content="x" * 65536)
    assert service.update(document, content="y" * 65535).status == 200
    assert service.show(document).data["content"] == "y" * 65535


@pytest.mark.parametrize("level", [..., None, ""], ids=["absent", "null", "empty"])
def test_update_keeps_a_risk_level_that_is_not_given(service, level):
    document = service.made(risk_level="HIGH")
    assert service.update(document, risk_level=level).status == 200
    assert service.show(document).data["risk_level"] == "HIGH"


def test_update_changes_the_risk_level(service):
    document = service.made(risk_level="HIGH")
    service.update(document, risk_level="MEDIUM")
    assert service.show(document).data["risk_level"] == "MEDIUM"


@pytest.mark.parametrize("given, left", [(..., "old"), (None, "old"), ("", ""), ("new", "new")])
def test_update_sets_clears_or_keeps_the_description(service, given, left):
    document = service.made(description="old")
    service.update(document, description=given)
    assert service.show(document).data["description"] == left


def test_update_cannot_move_a_document_to_another_project(service):
    document = service.made(enterprise_project_id="first")
    assert service.update(document, enterprise_project_id="second").status == 200
    assert service.show(document).data["enterprise_project_id"] == "first"


def test_update_of_an_unknown_document(service):
    refused(service.update("DM20250101000000nothere"), "does not exist", NO_DOCUMENT)


def test_the_hundredth_version_is_the_last(service):
    document = service.made()
    for number in range(2, 101):
        assert service.update(document, content=f"version {number}").status == 200
    answer = service.update(document, content="one more")
    refused(answer, "100 versions", "COC.00042199")
    data = service.show(document).data
    assert (data["version"], data["content"]) == ("v100", "version 100")
    assert len(data["versions"]) == 100


# ---- delete ----


def test_delete_answers_with_the_id_and_the_document_is_gone(service):
    document = service.made()
    assert service.delete(document).json == {"data": document}
    refused(service.show(document), "does not exist", NO_DOCUMENT)
    refused(service.update(document), "does not exist", NO_DOCUMENT)
    refused(service.delete(document), "does not exist", NO_DOCUMENT)


def test_delete_leaves_other_documents_alone(service):
    kept, gone = service.made(content="kept"), service.made()
    service.update(kept, content="kept 2")
    service.delete(gone)
    assert [row["version"] for row in service.show(kept).data["versions"]] == ["v2", "v1"]


# ---- list ----


def test_an_empty_list(fresh):
    assert fresh.list().json == {"data": [], "total": 0}


def test_a_row_of_the_list_has_the_documented_fields(fresh):
    document = fresh.made(name="restart", enterprise_project_id="p1")
    answer = fresh.list()
    assert answer.json["total"] == 1
    (row,) = answer.data
    shown = fresh.show(document).data
    assert set(row) == {
        "document_id", "name", "create_time", "update_time", "version", "creator", "modifier", "enterprise_project_id",
    }  # fmt: skip
    assert row == {name: shown[name] for name in row}
    assert row["modifier"] is None
    assert isinstance(row["create_time"], int) and isinstance(row["update_time"], int)
    fresh.update(document)
    (row,) = fresh.list().data
    assert (row["modifier"], row["version"]) == (fresh.keys[0], "v2")


def test_pages_cover_the_list_newest_first(fresh):
    made = [fresh.made(name=f"job {number}") for number in range(25)]
    first = fresh.list()
    assert first.json["total"] == 25
    assert len(first.data) == 10
    seen = []
    while True:
        rows = fresh.list(limit=7, offset=str(len(seen))).data
        if not rows:
            break
        seen += [row["document_id"] for row in rows]
    assert seen == made[::-1]
    assert len(fresh.list(limit=1000).data) == 25
    assert fresh.list(limit=1000, offset="1000").json == {"data": [], "total": 25}


@pytest.mark.parametrize(
    "name, value",
    [("limit", "0"), ("limit", "1001"), ("limit", "-1"), ("limit", "ten"), ("limit", "1.5"), ("limit", "9" * 40),
     ("offset", "-1"), ("offset", "x"), ("offset", "9" * 40), ("name_like", "x" * 129), ("document_type", "OTHER")],
)  # fmt: skip
def test_list_names_a_parameter_that_is_wrong(service, name, value):
    refused(service.list(**{name: value}), name)


def test_empty_parameters_filter_nothing(service):
    service.made()
    query = {name: "" for name in ("limit", "offset", "name_like", "creator", "enterprise_project_id", "document_type")}
    assert service.list(**query).json["total"] >= 1


@pytest.fixture(scope="module")
def named(service):
    names = ["restart nginx", "Restart-DB", "100%", "100 percent", "a_b", "axb", "back\\slash", "\u4e2d\u6587 job", "it's"]
    return {name: service.made(name=name, enterprise_project_id="named") for name in names}


@pytest.mark.parametrize(
    "text, found",
    [
        ("restart", {"restart nginx", "Restart-DB"}),
        ("NGINX", {"restart nginx"}),
        ("%", {"100%"}),
        ("a_b", {"a_b"}),
        ("_", {"a_b"}),
        ("\\", {"back\\slash"}),
        ("\u6587", {"\u4e2d\u6587 job"}),
        ("'", {"it's"}),
        ("' OR 1=1 --", set()),
        ("restart nginx", {"restart nginx"}),
        ("restart nginx!", set()),
        (" ", {"restart nginx", "100 percent", "\u4e2d\u6587 job"}),
    ],
)
def test_name_like_finds_a_part_of_the_name(service, named, text, found):
    answer = service.list(name_like=text, enterprise_project_id="named", limit=100)
    assert {row["name"] for row in answer.data} == found
    assert answer.json["total"] == len(found)


def test_list_of_a_creator(service, named):
    assert service.list(creator=service.keys[0]).json["total"] > 0
    assert service.list(creator="somebody else").json == {"data": [], "total": 0}


def test_list_of_an_enterprise_project(service, named):
    answer = service.list(enterprise_project_id="named", limit=100)
    assert {row["document_id"] for row in answer.data} == set(named.values())
    assert service.list(enterprise_project_id="nam").json["total"] == 0


@pytest.mark.parametrize("word", ["PRIVATE", "NORMAL"])
def test_list_takes_both_words_for_own_documents(service, named, word):
    assert service.list(document_type=word, enterprise_project_id="named").json["total"] == len(named)


def test_list_has_no_public_documents(service, named):
    assert service.list(document_type="PUBLIC").json == {"data": [], "total": 0}


# ---- paths that do not exist ----


@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", "/"),
        ("GET", "/v1"),
        ("GET", "/v1/documents/"),
        ("GET", "/v1/documents/a/b"),
        ("GET", "/v2/documents"),
        ("GET", "/V1/documents"),
        ("GET", "//v1/documents"),
        ("GET", "/v1/documents/a/b/c/d/e/f/g/h/i"),
        ("PUT", "/v1/documents"),
        ("PATCH", "/v1/documents/x"),
        ("DELETE", "/v1/documents"),
        ("POST", "/v1/documents/x/y"),
        ("PUT", "/v1/executions"),
        ("POST", "/v1/executions/x"),
        ("DELETE", "/v1/executions/x"),
        ("GET", "/v1/executions/x/steps/y"),
        ("GET", "/v1/executions/instances/steps/x"),
        ("POST", "/v1/atomics"),
        ("GET", "/v1/atomics/x/y"),
        ("OPTIONS", "/v1/documents"),
        ("get", "/v1/documents"),
    ],
)
def test_an_unknown_path_or_method(service, method, path):
    answer = service.call(method, path)
    assert answer.status == 404
    assert answer.json == {
        "error_code": "APIGW.0101",
        "error_msg": "The API does not exist or has not been published in the environment",
        "request_id": answer.headers["X-request-id"],
    }


def test_an_unknown_path_needs_no_signature(service):
    assert service.send("GET", "/nowhere").status == 404
