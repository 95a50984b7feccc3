# Made from the template by infra/check/terraform.py --write: do not edit.

locals {
  functions    = ["deactivate-stale", "list-accounts", "notify-owner", "rotate-key"]
  architecture = var.architecture == null ? "arm64" : var.architecture

  # What is null is left out, so that the default of the template applies.
  parameters = { for name, value in {
    Name                       = var.name
    Mode                       = var.mode
    Delete                     = var.delete == null ? null : var.delete ? "on" : "off"
    UserPath                   = var.user_path
    Credentials                = var.credentials
    MaxActions                 = var.max_actions == null ? null : tostring(var.max_actions)
    MaxActionsPercent          = var.max_actions_percent == null ? null : tostring(var.max_actions_percent)
    Schedule                   = var.schedule
    RoundSchedule              = var.round_schedule
    Sweep                      = var.sweep == null ? null : var.sweep ? "yes" : "no"
    MaxAgeDays                 = var.max_age_days == null ? null : tostring(var.max_age_days)
    MaxIdleDays                = var.max_idle_days == null ? null : tostring(var.max_idle_days)
    NoticeDays                 = var.notice_days == null ? null : tostring(var.notice_days)
    ReminderDays               = var.reminder_days
    GraceDays                  = var.grace_days == null ? null : tostring(var.grace_days)
    OverlapDays                = var.overlap_days == null ? null : tostring(var.overlap_days)
    SupersededGraceDays        = var.superseded_grace_days == null ? null : tostring(var.superseded_grace_days)
    ExemptUsers                = var.exempt_users == null ? null : join(",", var.exempt_users)
    ExemptPaths                = var.exempt_paths == null ? null : join(",", var.exempt_paths)
    ExemptGroups               = var.exempt_groups == null ? null : join(",", var.exempt_groups)
    OwnerTag                   = var.owner_tag
    MailFrom                   = var.mail_from
    MailAdmin                  = var.mail_admin
    MailDomains                = var.mail_domains
    AccountContacts            = var.account_contacts == null ? null : join(",", var.account_contacts)
    TextTopic                  = var.text_topic == null ? null : var.text_topic ? "yes" : "no"
    ChatTopic                  = var.chat_topic == null ? null : var.chat_topic ? "yes" : "no"
    AlarmTopicArn              = var.alarm_topic_arn
    OrganizationId             = var.organization_id
    MemberRoleName             = var.member_role_name
    ExternalId                 = var.external_id
    MemberRotation             = var.member_rotation == null ? null : var.member_rotation ? "yes" : "no"
    OrganizationalUnits        = var.organizational_units == null ? null : join(",", var.organizational_units)
    Accounts                   = var.accounts == null ? null : join(",", var.accounts)
    ExcludeAccounts            = var.exclude_accounts == null ? null : join(",", var.exclude_accounts)
    ExcludeOrganizationalUnits = var.exclude_organizational_units == null ? null : join(",", var.exclude_organizational_units)
    AccountsAtOnce             = var.accounts_at_once == null ? null : tostring(var.accounts_at_once)
    Architecture               = var.architecture
    LogLevel                   = var.log_level
    LogRetentionDays           = var.log_retention_days == null ? null : tostring(var.log_retention_days)
    ReservedConcurrency        = var.reserved_concurrency == null ? null : tostring(var.reserved_concurrency)
    IamCallsPerSecond          = var.iam_calls_per_second == null ? null : tostring(var.iam_calls_per_second)
    TestTimeoutSeconds         = var.test_timeout_seconds == null ? null : tostring(var.test_timeout_seconds)
    TableArn                   = var.table_arn
    PermissionsBoundaryArn     = var.permissions_boundary_arn
    SecretsKeyArn              = var.secrets_key_arn
    TemplatesLayerArn          = var.templates_layer_arn
  } : name => value if value != null }
}

variable "name" {
  description = "What the names of all resources start with. Another name makes all of them anew but the bucket and the table; member roles and secrets must be changed to match. Null means the template's default, keysteward."
  type        = string
  default     = null

  validation {
    condition     = var.name == null ? true : can(regex("^[a-z][a-z0-9-]{0,27}$", var.name))
    error_message = "name must match ^[a-z][a-z0-9-]{0,27}$."
  }
}

variable "mode" {
  description = "dry-run only reports, and the sweep's role then has no permission to change anything; enforce acts. Null means the template's default, dry-run."
  type        = string
  default     = null

  validation {
    condition     = var.mode == null ? true : contains(["dry-run", "enforce"], var.mode)
    error_message = "mode must be one of: dry-run; enforce."
  }
}

variable "delete" {
  description = "Whether a deactivated credential is deleted after the grace. Null means the template's default, off."
  type        = bool
  default     = null
}

variable "user_path" {
  description = "Only users at or below this IAM path are judged, and can be changed, such as /service/. Null means the template's default, /."
  type        = string
  default     = null

  validation {
    condition     = var.user_path == null ? true : can(regex("^/([A-Za-z0-9_.@+=-]+/)*$", var.user_path))
    error_message = "user_path must match ^/([A-Za-z0-9_.@+=-]+/)*$."
  }
}

variable "credentials" {
  description = "The kinds of credentials that are judged. A stale console password is deleted, which cannot be undone. Null means the template's default, access-key,service-specific."
  type        = string
  default     = null

  validation {
    condition     = var.credentials == null ? true : contains(["access-key,service-specific", "access-key,service-specific,ssh-public-key,signing-certificate", "access-key,service-specific,ssh-public-key,signing-certificate,password"], var.credentials)
    error_message = "credentials must be one of: access-key,service-specific; access-key,service-specific,ssh-public-key,signing-certificate; access-key,service-specific,ssh-public-key,signing-certificate,password."
  }
}

variable "max_actions" {
  description = "How many credentials one run may deactivate and delete; when more is due, it deactivates and deletes none. Null means the template's default, 50."
  type        = number
  default     = null

  validation {
    condition     = var.max_actions == null ? true : var.max_actions >= 1
    error_message = "max_actions must be at least 1."
  }

  validation {
    condition     = var.max_actions == null ? true : var.max_actions <= 100000
    error_message = "max_actions must be at most 100000."
  }
}

variable "max_actions_percent" {
  description = "The same in percent of the account's credentials. Null means the template's default, 10."
  type        = number
  default     = null

  validation {
    condition     = var.max_actions_percent == null ? true : var.max_actions_percent >= 1
    error_message = "max_actions_percent must be at least 1."
  }

  validation {
    condition     = var.max_actions_percent == null ? true : var.max_actions_percent <= 100
    error_message = "max_actions_percent must be at most 100."
  }
}

variable "schedule" {
  description = "When the sweep runs, in UTC, as EventBridge Scheduler writes it; at least every other day, or the alarm NoSweep fires. Null means the template's default, cron(0 3 * * ? *)."
  type        = string
  default     = null
}

variable "round_schedule" {
  description = "When rotate-key makes its round over superseded keys, in UTC, as EventBridge Scheduler writes it; at least once a day, or the alarm NoRound fires. Null means the template's default, rate(1 day)."
  type        = string
  default     = null
}

variable "sweep" {
  description = "Whether this stack sweeps; no is for a second Region, where secrets are rotated and the users were swept already. Null means the template's default, yes."
  type        = bool
  default     = null
}

variable "max_age_days" {
  description = "From this age on a credential is stale; 0 is off. Null means the template's default, 90."
  type        = number
  default     = null

  validation {
    condition     = var.max_age_days == null ? true : var.max_age_days >= 0
    error_message = "max_age_days must be at least 0."
  }

  validation {
    condition     = var.max_age_days == null ? true : var.max_age_days <= 3650
    error_message = "max_age_days must be at most 3650."
  }
}

variable "max_idle_days" {
  description = "Unused for so long it is stale; 0 is off. CIS asks for 45. Null means the template's default, 90."
  type        = number
  default     = null

  validation {
    condition     = var.max_idle_days == null ? true : var.max_idle_days >= 0
    error_message = "max_idle_days must be at least 0."
  }

  validation {
    condition     = var.max_idle_days == null ? true : var.max_idle_days <= 3650
    error_message = "max_idle_days must be at most 3650."
  }
}

variable "notice_days" {
  description = "How long a warning runs. Null means the template's default, 14."
  type        = number
  default     = null

  validation {
    condition     = var.notice_days == null ? true : var.notice_days >= 0
    error_message = "notice_days must be at least 0."
  }

  validation {
    condition     = var.notice_days == null ? true : var.notice_days <= 365
    error_message = "notice_days must be at most 365."
  }
}

variable "reminder_days" {
  description = "How many days before a date the owner is notified again, or none. Null means the template's default, 14,7,1."
  type        = string
  default     = null
}

variable "grace_days" {
  description = "From deactivation to deletion. Null means the template's default, 30."
  type        = number
  default     = null

  validation {
    condition     = var.grace_days == null ? true : var.grace_days >= 1
    error_message = "grace_days must be at least 1."
  }

  validation {
    condition     = var.grace_days == null ? true : var.grace_days <= 365
    error_message = "grace_days must be at most 365."
  }
}

variable "overlap_days" {
  description = "How long a superseded key stays active. Null means the template's default, 7."
  type        = number
  default     = null

  validation {
    condition     = var.overlap_days == null ? true : var.overlap_days >= 0
    error_message = "overlap_days must be at least 0."
  }

  validation {
    condition     = var.overlap_days == null ? true : var.overlap_days <= 90
    error_message = "overlap_days must be at most 90."
  }
}

variable "superseded_grace_days" {
  description = "From the deactivation of a superseded key to its deletion, whatever Mode and Delete are. Null means the template's default, 7."
  type        = number
  default     = null

  validation {
    condition     = var.superseded_grace_days == null ? true : var.superseded_grace_days >= 1
    error_message = "superseded_grace_days must be at least 1."
  }

  validation {
    condition     = var.superseded_grace_days == null ? true : var.superseded_grace_days <= 365
    error_message = "superseded_grace_days must be at most 365."
  }
}

variable "exempt_users" {
  description = "Names of users that are exempt, comma-separated. Null means the template's default, empty."
  type        = list(string)
  default     = null

  validation {
    condition     = var.exempt_users == null ? true : alltrue([for each in var.exempt_users : !strcontains(each, ",") && each != ""])
    error_message = "exempt_users must be a list of texts that are not empty and have no commas."
  }
}

variable "exempt_paths" {
  description = "Paths of users that are exempt, such as /break-glass/, comma-separated. Null means the template's default, empty."
  type        = list(string)
  default     = null

  validation {
    condition     = var.exempt_paths == null ? true : alltrue([for each in var.exempt_paths : !strcontains(each, ",") && each != ""])
    error_message = "exempt_paths must be a list of texts that are not empty and have no commas."
  }
}

variable "exempt_groups" {
  description = "Groups whose users are exempt, comma-separated. Null means the template's default, empty."
  type        = list(string)
  default     = null

  validation {
    condition     = var.exempt_groups == null ? true : alltrue([for each in var.exempt_groups : !strcontains(each, ",") && each != ""])
    error_message = "exempt_groups must be a list of texts that are not empty and have no commas."
  }
}

variable "owner_tag" {
  description = "The tag that names the owner of a user or a secret. Null means the template's default, owner."
  type        = string
  default     = null

  validation {
    condition     = var.owner_tag == null ? true : length(var.owner_tag) >= 1
    error_message = "owner_tag must have a length of at least 1."
  }

  validation {
    condition     = var.owner_tag == null ? true : length(var.owner_tag) <= 100
    error_message = "owner_tag must have a length of at most 100."
  }
}

variable "mail_from" {
  description = "The verified SES address that mail comes from; empty means no mail. Null means the template's default, empty."
  type        = string
  default     = null

  validation {
    condition     = var.mail_from == null ? true : can(regex("^([A-Za-z0-9._%+=-]+@[a-z0-9-]+(\\.[a-z0-9-]+)+)?$", var.mail_from))
    error_message = "mail_from must match ^([A-Za-z0-9._%+=-]+@[a-z0-9-]+(\\.[a-z0-9-]+)+)?$."
  }
}

variable "mail_admin" {
  description = "Who is notified where no owner can be; needed for mail. Null means the template's default, empty."
  type        = string
  default     = null

  validation {
    condition     = var.mail_admin == null ? true : can(regex("^([A-Za-z0-9._%+=-]+@[a-z0-9-]+(\\.[a-z0-9-]+)+)?$", var.mail_admin))
    error_message = "mail_admin must match ^([A-Za-z0-9._%+=-]+@[a-z0-9-]+(\\.[a-z0-9-]+)+)?$."
  }
}

variable "mail_domains" {
  description = "The one domain that mail to owners may go to, such as example.com or *.example.com; needed for mail. Null means the template's default, empty."
  type        = string
  default     = null

  validation {
    condition     = var.mail_domains == null ? true : can(regex("^((\\*\\.)?[a-z0-9-]+(\\.[a-z0-9-]+)+)?$", var.mail_domains))
    error_message = "mail_domains must match ^((\\*\\.)?[a-z0-9-]+(\\.[a-z0-9-]+)+)?$."
  }
}

variable "account_contacts" {
  description = "Whom to notify for an account, in that domain, such as 123456789012=team@example.com, comma-separated. Null means the template's default, empty."
  type        = list(string)
  default     = null

  validation {
    condition     = var.account_contacts == null ? true : alltrue([for each in var.account_contacts : !strcontains(each, ",") && each != ""])
    error_message = "account_contacts must be a list of texts that are not empty and have no commas."
  }
}

variable "text_topic" {
  description = "Whether there is a topic of readable text, to which people subscribe by mail without SES. Null means the template's default, yes."
  type        = bool
  default     = null
}

variable "chat_topic" {
  description = "Whether there is a topic for Amazon Q Developer in chat applications. Null means the template's default, no."
  type        = bool
  default     = null
}

variable "alarm_topic_arn" {
  description = "The SNS topic that alarms go to, such as one of your own that CloudWatch may publish to; not one of this stack, for CloudWatch cannot use their key. Empty means none. Null means the template's default, empty."
  type        = string
  default     = null
}

variable "organization_id" {
  description = "The id of the organization to sweep, from its management account or a delegated administrator; empty means this account alone. Null means the template's default, empty."
  type        = string
  default     = null

  validation {
    condition     = var.organization_id == null ? true : can(regex("^(o-[a-z0-9]{10,32})?$", var.organization_id))
    error_message = "organization_id must match ^(o-[a-z0-9]{10,32})?$."
  }
}

variable "member_role_name" {
  description = "The role of member-role.yaml in the other accounts; needed for an organization. That for rotations has the same name and -rotation. Null means the template's default, empty."
  type        = string
  default     = null

  validation {
    condition     = var.member_role_name == null ? true : can(regex("^[A-Za-z0-9_+=,.@-]{0,55}$", var.member_role_name))
    error_message = "member_role_name must match ^[A-Za-z0-9_+=,.@-]{0,55}$."
  }
}

variable "external_id" {
  description = "The external id that the member roles ask for. Null means the template's default, empty."
  type        = string
  default     = null

  validation {
    condition     = var.external_id == null ? true : can(regex("^([A-Za-z0-9+=,.@:/_-]{2,})?$", var.external_id)) && length(var.external_id) <= 1224
    error_message = "external_id must match ^([A-Za-z0-9+=,.@:/_-]{2,1224})?$."
  }
}

variable "member_rotation" {
  description = "Whether secrets of this account rotate keys of the other accounts, through the role of member-role.yaml for rotations; in an organization each run then makes a round over the superseded keys of every account. Null means the template's default, no."
  type        = bool
  default     = null
}

variable "organizational_units" {
  description = "Only accounts below these organizational units, comma-separated; empty means all. Null means the template's default, empty."
  type        = list(string)
  default     = null

  validation {
    condition     = var.organizational_units == null ? true : alltrue([for each in var.organizational_units : !strcontains(each, ",") && each != ""])
    error_message = "organizational_units must be a list of texts that are not empty and have no commas."
  }
}

variable "accounts" {
  description = "Only these accounts, comma-separated; empty means all. Null means the template's default, empty."
  type        = list(string)
  default     = null

  validation {
    condition     = var.accounts == null ? true : alltrue([for each in var.accounts : !strcontains(each, ",") && each != ""])
    error_message = "accounts must be a list of texts that are not empty and have no commas."
  }
}

variable "exclude_accounts" {
  description = "Not these accounts, comma-separated. Null means the template's default, empty."
  type        = list(string)
  default     = null

  validation {
    condition     = var.exclude_accounts == null ? true : alltrue([for each in var.exclude_accounts : !strcontains(each, ",") && each != ""])
    error_message = "exclude_accounts must be a list of texts that are not empty and have no commas."
  }
}

variable "exclude_organizational_units" {
  description = "Not the accounts below these organizational units, comma-separated. Null means the template's default, empty."
  type        = list(string)
  default     = null

  validation {
    condition     = var.exclude_organizational_units == null ? true : alltrue([for each in var.exclude_organizational_units : !strcontains(each, ",") && each != ""])
    error_message = "exclude_organizational_units must be a list of texts that are not empty and have no commas."
  }
}

variable "accounts_at_once" {
  description = "How many accounts are swept at once. Null means the template's default, 20."
  type        = number
  default     = null

  validation {
    condition     = var.accounts_at_once == null ? true : var.accounts_at_once >= 1
    error_message = "accounts_at_once must be at least 1."
  }

  validation {
    condition     = var.accounts_at_once == null ? true : var.accounts_at_once <= 1000
    error_message = "accounts_at_once must be at most 1000."
  }
}

variable "architecture" {
  description = "The processor that the functions were built for. Null means the template's default, arm64."
  type        = string
  default     = null

  validation {
    condition     = var.architecture == null ? true : contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be one of: arm64; x86_64."
  }
}

variable "log_level" {
  description = "The least severe messages that are logged. Metrics are messages of INFO, so no less is offered. Null means the template's default, INFO."
  type        = string
  default     = null

  validation {
    condition     = var.log_level == null ? true : contains(["DEBUG", "INFO"], var.log_level)
    error_message = "log_level must be one of: DEBUG; INFO."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept. Null means the template's default, 400."
  type        = number
  default     = null

  validation {
    condition     = var.log_retention_days == null ? true : contains([30, 60, 90, 180, 365, 400, 731, 1827], var.log_retention_days)
    error_message = "log_retention_days must be one of: 30; 60; 90; 180; 365; 400; 731; 1827."
  }
}

variable "reserved_concurrency" {
  description = "How many sweeps may run at once; 0 reserves nothing, for accounts whose quota is too small. 1 is right for one account. Null means the template's default, 0."
  type        = number
  default     = null

  validation {
    condition     = var.reserved_concurrency == null ? true : var.reserved_concurrency >= 0
    error_message = "reserved_concurrency must be at least 0."
  }

  validation {
    condition     = var.reserved_concurrency == null ? true : var.reserved_concurrency <= 1000
    error_message = "reserved_concurrency must be at most 1000."
  }
}

variable "iam_calls_per_second" {
  description = "Most IAM calls in a second; 0 is no limit. Null means the template's default, 5."
  type        = number
  default     = null

  validation {
    condition     = var.iam_calls_per_second == null ? true : var.iam_calls_per_second >= 0
    error_message = "iam_calls_per_second must be at least 0."
  }

  validation {
    condition     = var.iam_calls_per_second == null ? true : var.iam_calls_per_second <= 100
    error_message = "iam_calls_per_second must be at most 100."
  }
}

variable "test_timeout_seconds" {
  description = "How long a rotation waits for the new key to work. Null means the template's default, 90."
  type        = number
  default     = null

  validation {
    condition     = var.test_timeout_seconds == null ? true : var.test_timeout_seconds >= 10
    error_message = "test_timeout_seconds must be at least 10."
  }

  validation {
    condition     = var.test_timeout_seconds == null ? true : var.test_timeout_seconds <= 150
    error_message = "test_timeout_seconds must be at most 150."
  }
}

variable "table_arn" {
  description = "The table of another stack of this account, for a second Region, or a table that a removed stack left; empty means a table of this stack. Null means the template's default, empty."
  type        = string
  default     = null

  validation {
    condition     = var.table_arn == null ? true : can(regex("^(arn:[a-z-]+:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]{3,255})?$", var.table_arn))
    error_message = "table_arn must match ^(arn:[a-z-]+:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]{3,255})?$."
  }
}

variable "permissions_boundary_arn" {
  description = "A permissions boundary for every role; empty means none. Null means the template's default, empty."
  type        = string
  default     = null
}

variable "secrets_key_arn" {
  description = "The KMS key of the secrets that are rotated; empty means the one of Secrets Manager. Null means the template's default, empty."
  type        = string
  default     = null

  validation {
    condition     = var.secrets_key_arn == null ? true : can(regex("^(arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)?$", var.secrets_key_arn))
    error_message = "secrets_key_arn must match ^(arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)?$."
  }
}

variable "templates_layer_arn" {
  description = "A layer with mail templates in its folder keysteward-templates; empty means the built-in ones. Null means the template's default, empty."
  type        = string
  default     = null
}
