"""People: the Cognito user pool, its one client and the roles as groups."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.findings import accept, nag
from infra.constructs.storage import removal

ROLES = ("contributor", "buyer", "admin")


class Users(Construct):
    """Sign-up by e-mail; access for 15 minutes, refresh for 30 days.

    ``custom:role`` is what somebody asked to be at sign-up; it can be written only then. What they may do is
    the group that the auth API put them into.
    """

    def __init__(self, scope: Construct, id_: str, *, config: StageConfig) -> None:
        super().__init__(scope, id_)
        self.pool = cognito.UserPool(
            self,
            "Pool",
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            self_sign_up_enabled=True,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True),
                fullname=cognito.StandardAttribute(required=False, mutable=True),
            ),
            custom_attributes={"role": cognito.StringAttribute(mutable=False, max_len=16)},
            password_policy=cognito.PasswordPolicy(
                min_length=10,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
            ),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=config.retain,
            removal_policy=removal(config),
        )
        shown = cognito.ClientAttributes().with_standard_attributes(email=True, fullname=True)
        shown = shown.with_custom_attributes("role")
        self.client = self.pool.add_client(
            "Client",
            auth_flows=cognito.AuthFlow(user_password=True),
            disable_o_auth=True,
            access_token_validity=Duration.minutes(15),
            id_token_validity=Duration.minutes(15),
            refresh_token_validity=Duration.days(30),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
            read_attributes=shown.with_standard_attributes(email=True, email_verified=True, fullname=True),
            write_attributes=shown,
        )
        accept(
            self.pool,
            {
                nag(
                    "COG2"
                ): "Buyers and contributors sign in with a password; a second factor comes with payouts",
                nag("COG8"): "Threat protection of the Plus plan costs 0.02 USD a user a month",
            },
        )
        for role in ROLES:
            self.pool.add_group(role.capitalize(), group_name=role)
