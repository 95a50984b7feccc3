variable "name" {
  type        = string
  default     = "keysteward"
  description = "What the name of everything starts with. Another name makes everything but the bucket anew, and member roles and secrets must be told."
  nullable    = false

  validation {
    # The name of the bucket starts with it, of which the provider takes 37 characters, all of them lower case.
    condition     = can(regex("^[a-z][a-z0-9-]{0,27}$", var.name))
    error_message = "name must match ^[a-z][a-z0-9-]{0,27}$."
  }
}

variable "tags" {
  type        = map(string)
  default     = {}
  description = "Tags for everything that takes tags."
  nullable    = false
}

variable "zips_directory" {
  type        = string
  default     = ""
  description = "The folder with the zips of a release; empty if they are in code_bucket."
  nullable    = false

  validation {
    condition     = (var.zips_directory == "") != (var.code_bucket == "")
    error_message = "Name the zips of the functions by either zips_directory or code_bucket."
  }
}

variable "code_bucket" {
  type        = string
  default     = ""
  description = "The bucket, in this Region, with the zips of a release."
  nullable    = false
}

variable "code_prefix" {
  type        = string
  default     = ""
  description = "What stands before the names of the zips, such as keysteward/1.0.0/."
  nullable    = false
}

# What may be done.

variable "mode" {
  type        = string
  default     = "dry-run"
  description = "dry-run only reports, and the sweep's role then has no permission to change anything; enforce acts."
  nullable    = false

  validation {
    condition     = contains(["dry-run", "enforce"], var.mode)
    error_message = "mode must be one of dry-run, enforce."
  }
}

variable "delete" {
  type        = string
  default     = "off"
  description = "Whether a deactivated credential is deleted after the grace."
  nullable    = false

  validation {
    condition     = contains(["off", "on"], var.delete)
    error_message = "delete must be one of off, on."
  }
}

variable "user_path" {
  type        = string
  default     = "/"
  description = "Only users at or below this IAM path are judged, and can be changed, such as /service/."
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9_.@+=-]+/)*$", var.user_path))
    error_message = "user_path must match ^/([A-Za-z0-9_.@+=-]+/)*$."
  }
}

variable "credentials" {
  type        = string
  default     = "access-key,service-specific"
  description = "The kinds of credentials that are judged. A stale console password is deleted, which cannot be undone."
  nullable    = false

  validation {
    condition = contains([
      "access-key,service-specific",
      "access-key,service-specific,ssh-public-key,signing-certificate",
      "access-key,service-specific,ssh-public-key,signing-certificate,password",
    ], var.credentials)
    error_message = "credentials must be one of the three lists of kinds that infra/terraform/README.md names."
  }
}

variable "max_actions" {
  type        = number
  default     = 50
  description = "How many credentials one run may take away; when more is due, it takes away none."
  nullable    = false

  validation {
    condition     = var.max_actions >= 1 && var.max_actions <= 100000 && floor(var.max_actions) == var.max_actions
    error_message = "max_actions must be a whole number from 1 to 100000."
  }
}

variable "max_actions_percent" {
  type        = number
  default     = 10
  description = "The same in percent of the account's credentials."
  nullable    = false

  validation {
    condition     = var.max_actions_percent >= 1 && var.max_actions_percent <= 100 && floor(var.max_actions_percent) == var.max_actions_percent
    error_message = "max_actions_percent must be a whole number from 1 to 100."
  }
}

# When.

variable "sweep" {
  type        = string
  default     = "yes"
  description = "Whether the schedule is on; no is for a second Region, where secrets are rotated and the users were swept already."
  nullable    = false

  validation {
    condition     = contains(["yes", "no"], var.sweep)
    error_message = "sweep must be yes or no."
  }
}

variable "schedule" {
  type        = string
  default     = "cron(0 3 * * ? *)"
  description = "When the sweep runs, in UTC, as EventBridge Scheduler writes it; at least every other day, or the alarm NoSweep rings."
  nullable    = false
}

variable "max_age_days" {
  type        = number
  default     = 90
  description = "From this age on a credential is stale; 0 is off."
  nullable    = false

  validation {
    condition     = var.max_age_days >= 0 && var.max_age_days <= 3650 && floor(var.max_age_days) == var.max_age_days
    error_message = "max_age_days must be a whole number from 0 to 3650."
  }
}

variable "max_idle_days" {
  type        = number
  default     = 90
  description = "Unused for so long it is stale; 0 is off. CIS asks for 45."
  nullable    = false

  validation {
    condition     = var.max_idle_days >= 0 && var.max_idle_days <= 3650 && floor(var.max_idle_days) == var.max_idle_days
    error_message = "max_idle_days must be a whole number from 0 to 3650."
  }
}

variable "notice_days" {
  type        = number
  default     = 14
  description = "How long a warning runs."
  nullable    = false

  validation {
    condition     = var.notice_days >= 0 && var.notice_days <= 365 && floor(var.notice_days) == var.notice_days
    error_message = "notice_days must be a whole number from 0 to 365."
  }
}

variable "reminder_days" {
  type        = string
  default     = "14,7,1"
  description = "How many days before a date the owner is told again, or none."
  nullable    = false
}

variable "grace_days" {
  type        = number
  default     = 30
  description = "From deactivation to deletion."
  nullable    = false

  validation {
    condition     = var.grace_days >= 1 && var.grace_days <= 365 && floor(var.grace_days) == var.grace_days
    error_message = "grace_days must be a whole number from 1 to 365."
  }
}

variable "overlap_days" {
  type        = number
  default     = 7
  description = "How long a replaced key stays active."
  nullable    = false

  validation {
    condition     = var.overlap_days >= 0 && var.overlap_days <= 90 && floor(var.overlap_days) == var.overlap_days
    error_message = "overlap_days must be a whole number from 0 to 90."
  }
}

# Who is left alone.

variable "exempt_users" {
  type        = string
  default     = ""
  description = "Names of users that are left alone, comma-separated."
  nullable    = false
}

variable "exempt_paths" {
  type        = string
  default     = ""
  description = "Paths of users that are left alone, such as /break-glass/, comma-separated."
  nullable    = false
}

variable "exempt_groups" {
  type        = string
  default     = ""
  description = "Groups whose users are left alone, comma-separated."
  nullable    = false
}
