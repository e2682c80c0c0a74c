"""An identity provider in memory: as strict as Cognito where moto is lax (codes, unknown users, revocation)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from lumenstock.accounts.model import Account, Registration, Session
from lumenstock.accounts.ports import EmailTakenError
from lumenstock.accounts.roles import Role
from lumenstock.kernel.errors import InvalidInputError, NotAuthenticatedError, NotFoundError
from lumenstock.kernel.ids import UserId

CODE = "123456"


@dataclass
class Member:
    """One account."""

    id: UserId
    registration: Registration
    confirmed: bool = False
    roles: set[Role] = field(default_factory=set)
    mails: int = 1


@dataclass
class FakeIdentity:
    """Implements :class:`lumenstock.accounts.ports.IdentityProvider`; every method is one call to Cognito."""

    members: dict[str, Member] = field(default_factory=dict)
    sessions: dict[str, Member] = field(default_factory=dict)
    grants_fail: int = 0

    def sign_up(self, registration: Registration) -> None:
        if registration.email in self.members:
            raise EmailTakenError
        self.members[registration.email] = Member(UserId(str(uuid.uuid4())), registration)

    def confirm(self, email: str, code: str) -> None:
        member = self.members.get(email)
        if member is None or member.confirmed or code != CODE:
            raise InvalidInputError
        member.confirmed = True

    def send_code_again(self, email: str) -> None:
        member = self.members.get(email)
        if member is not None and not member.confirmed:
            member.mails += 1

    def sign_in(self, email: str, password: str) -> Session:
        member = self.members.get(email)
        if member is None or not member.confirmed or member.registration.password != password:
            raise NotAuthenticatedError
        refresh_token = uuid.uuid4().hex
        self.sessions[refresh_token] = member
        return self._session(member, refresh_token)

    def refresh(self, refresh_token: str) -> Session:
        if refresh_token not in self.sessions:
            raise NotAuthenticatedError
        return self._session(self.sessions[refresh_token], refresh_token)

    def revoke(self, refresh_token: str) -> None:
        self.sessions.pop(refresh_token, None)

    def sign_out(self, access_token: str) -> None:
        user_id = access_token.removeprefix("token-of-")
        self.sessions = {token: member for token, member in self.sessions.items() if member.id != user_id}

    def account(self, username: str) -> Account:
        member = self._member(username)
        wanted = member.registration
        return Account(member.id, wanted.email, wanted.display_name, wanted.role)

    def grant(self, username: str, role: Role) -> None:
        if self.grants_fail:
            self.grants_fail -= 1
            raise ConnectionError
        self._member(username).roles.add(role)

    def _member(self, username: str) -> Member:
        for email, member in self.members.items():
            if username in {email, member.id}:
                return member
        raise NotFoundError

    @staticmethod
    def _session(member: Member, refresh_token: str) -> Session:
        return Session(f"token-of-{member.id}", refresh_token, 900, member.id, frozenset(member.roles))
