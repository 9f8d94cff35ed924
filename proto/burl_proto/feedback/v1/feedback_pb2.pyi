from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Judgement(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JUDGEMENT_UNSPECIFIED: _ClassVar[Judgement]
    JUDGEMENT_ANOMALY: _ClassVar[Judgement]
    JUDGEMENT_NORMAL: _ClassVar[Judgement]
    JUDGEMENT_MISSED: _ClassVar[Judgement]

class Scope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCOPE_UNSPECIFIED: _ClassVar[Scope]
    SCOPE_TEMPLATE: _ClassVar[Scope]
    SCOPE_SEQUENCE: _ClassVar[Scope]
    SCOPE_SERVICE: _ClassVar[Scope]
    SCOPE_EVERYWHERE: _ClassVar[Scope]
JUDGEMENT_UNSPECIFIED: Judgement
JUDGEMENT_ANOMALY: Judgement
JUDGEMENT_NORMAL: Judgement
JUDGEMENT_MISSED: Judgement
SCOPE_UNSPECIFIED: Scope
SCOPE_TEMPLATE: Scope
SCOPE_SEQUENCE: Scope
SCOPE_SERVICE: Scope
SCOPE_EVERYWHERE: Scope

class MissedLine(_message.Message):
    __slots__ = ("original", "log_record_uid", "service_name")
    ORIGINAL_FIELD_NUMBER: _ClassVar[int]
    LOG_RECORD_UID_FIELD_NUMBER: _ClassVar[int]
    SERVICE_NAME_FIELD_NUMBER: _ClassVar[int]
    original: str
    log_record_uid: str
    service_name: str
    def __init__(self, original: _Optional[str] = ..., log_record_uid: _Optional[str] = ..., service_name: _Optional[str] = ...) -> None: ...

class GiveVerdictRequest(_message.Message):
    __slots__ = ("anomaly_id", "incident_id", "missed", "judgement", "scope", "user_name", "note", "label", "expires_unix_nano")
    ANOMALY_ID_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    MISSED_FIELD_NUMBER: _ClassVar[int]
    JUDGEMENT_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    USER_NAME_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    anomaly_id: str
    incident_id: str
    missed: MissedLine
    judgement: Judgement
    scope: Scope
    user_name: str
    note: str
    label: str
    expires_unix_nano: int
    def __init__(self, anomaly_id: _Optional[str] = ..., incident_id: _Optional[str] = ..., missed: _Optional[_Union[MissedLine, _Mapping]] = ..., judgement: _Optional[_Union[Judgement, str]] = ..., scope: _Optional[_Union[Scope, str]] = ..., user_name: _Optional[str] = ..., note: _Optional[str] = ..., label: _Optional[str] = ..., expires_unix_nano: _Optional[int] = ...) -> None: ...

class GiveVerdictResponse(_message.Message):
    __slots__ = ("verdict_ids",)
    VERDICT_IDS_FIELD_NUMBER: _ClassVar[int]
    verdict_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, verdict_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class UndoVerdictRequest(_message.Message):
    __slots__ = ("verdict_id", "user_name")
    VERDICT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_NAME_FIELD_NUMBER: _ClassVar[int]
    verdict_id: str
    user_name: str
    def __init__(self, verdict_id: _Optional[str] = ..., user_name: _Optional[str] = ...) -> None: ...

class UndoVerdictResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListVerdictsRequest(_message.Message):
    __slots__ = ("limit",)
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ...) -> None: ...

class ListVerdictsResponse(_message.Message):
    __slots__ = ("documents_json",)
    DOCUMENTS_JSON_FIELD_NUMBER: _ClassVar[int]
    documents_json: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, documents_json: _Optional[_Iterable[bytes]] = ...) -> None: ...

class ListSuppressionsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSuppressionsResponse(_message.Message):
    __slots__ = ("version", "documents_json")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_JSON_FIELD_NUMBER: _ClassVar[int]
    version: int
    documents_json: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, version: _Optional[int] = ..., documents_json: _Optional[_Iterable[bytes]] = ...) -> None: ...
