variable "organizational_unit_ids" {
  description = "The organizational units, or the root, whose accounts get the roles by a stack set. Empty means a plain stack in this account, such as the management account, which stack sets leave out."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.organizational_unit_ids : can(regex("^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$", id))])
    error_message = "organizational_unit_ids must be ids of organizational units (ou-...) or of the root (r-...)."
  }
}

variable "stack_name" {
  description = "The name of the stack or stack set. Another name replaces it."
  type        = string
  default     = "keysteward-member"
  nullable    = false
}

variable "stack_region" {
  description = "The one Region of the member stacks; null means the provider's Region."
  type        = string
  default     = null
}

variable "call_as" {
  description = "SELF in the management account, DELEGATED_ADMIN in the account of a delegated administrator."
  type        = string
  default     = "SELF"
  nullable    = false

  validation {
    condition     = contains(["SELF", "DELEGATED_ADMIN"], var.call_as)
    error_message = "call_as must be SELF or DELEGATED_ADMIN."
  }
}

variable "failure_tolerance_percentage" {
  description = "The percentage of accounts that may fail before an operation stops."
  type        = number
  default     = 0
  nullable    = false
}

variable "max_concurrent_percentage" {
  description = "The percentage of accounts that one operation changes at once."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.max_concurrent_percentage >= 1 && var.max_concurrent_percentage <= 100
    error_message = "max_concurrent_percentage must be from 1 to 100."
  }
}

variable "tags" {
  description = "Tags of the stack or stack set."
  type        = map(string)
  default     = null
}
