# Other accounts.

variable "organization_id" {
  type        = string
  default     = ""
  description = "The id of the organization to sweep, from its management account or a delegated administrator; empty means this account alone."
  nullable    = false

  validation {
    condition     = can(regex("^(o-[a-z0-9]{10,32})?$", var.organization_id))
    error_message = "organization_id must match ^(o-[a-z0-9]{10,32})?$."
  }

  validation {
    condition     = var.organization_id == "" || var.member_role_name != ""
    error_message = "An organization needs member_role_name."
  }
}

variable "member_role_name" {
  type        = string
  default     = ""
  description = "The role of member-role.yaml in the other accounts; needed for an organization. That for rotations has the same name and -rotation."
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{0,55}$", var.member_role_name))
    error_message = "member_role_name must match ^[A-Za-z0-9_+=,.@-]{0,55}$."
  }
}

variable "external_id" {
  type        = string
  default     = ""
  description = "The external id that the member roles ask for."
  nullable    = false

  validation {
    # Go's expressions count no further than 1000.
    condition     = length(var.external_id) != 1 && length(var.external_id) <= 1224 && can(regex("^[A-Za-z0-9+=,.@:/_-]*$", var.external_id))
    error_message = "external_id must be empty, or have 2 to 1224 characters and match ^[A-Za-z0-9+=,.@:/_-]*$."
  }
}

variable "organizational_units" {
  type        = string
  default     = ""
  description = "Only accounts below these organizational units, comma-separated; empty means all."
  nullable    = false
}

variable "accounts" {
  type        = string
  default     = ""
  description = "Only these accounts, comma-separated; empty means all."
  nullable    = false
}

variable "exclude_accounts" {
  type        = string
  default     = ""
  description = "Not these accounts, comma-separated."
  nullable    = false
}

variable "exclude_organizational_units" {
  type        = string
  default     = ""
  description = "Not the accounts below these organizational units, comma-separated."
  nullable    = false
}

variable "accounts_at_once" {
  type        = number
  default     = 20
  description = "How many accounts are swept at once."
  nullable    = false

  validation {
    condition     = var.accounts_at_once >= 1 && var.accounts_at_once <= 1000 && floor(var.accounts_at_once) == var.accounts_at_once
    error_message = "accounts_at_once must be a whole number from 1 to 1000."
  }
}
