variable "role_name" {
  type        = string
  default     = "keysteward-member"
  description = "The same in every account; MemberRoleName of the other template. The role for rotations has -rotation after it."
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,55}$", var.role_name))
    error_message = "role_name must match ^[A-Za-z0-9_+=,.@-]{1,55}$."
  }
}

variable "trusted_role_arn" {
  type        = string
  description = "The role of deactivate-stale; output SweepRoleArn of the other template."
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", var.trusted_role_arn))
    error_message = "trusted_role_arn must match ^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$."
  }
}

variable "trusted_rotation_role_arn" {
  type        = string
  default     = ""
  description = "The role of rotate-key, if secrets in its account hold keys of this one; output RotationRoleArn."
  nullable    = false

  validation {
    condition     = can(regex("^(arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+)?$", var.trusted_rotation_role_arn))
    error_message = "trusted_rotation_role_arn must match ^(arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+)?$."
  }
}

variable "organization_id" {
  type        = string
  description = "The id of the organization that both accounts belong to."
  nullable    = false

  validation {
    condition     = can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id must match ^o-[a-z0-9]{10,32}$."
  }
}

variable "external_id" {
  type        = string
  default     = ""
  description = "The external id that must be named; empty means none."
  nullable    = false

  validation {
    # Go's expressions count no further than 1000.
    condition     = length(var.external_id) != 1 && length(var.external_id) <= 1224 && can(regex("^[A-Za-z0-9+=,.@:/_-]*$", var.external_id))
    error_message = "external_id must be empty, or have 2 to 1224 characters and match ^[A-Za-z0-9+=,.@:/_-]*$."
  }
}

variable "mode" {
  type        = string
  default     = "dry-run"
  description = "In dry-run the role of the sweep has no permission to change anything."
  nullable    = false

  validation {
    condition     = contains(["dry-run", "enforce"], var.mode)
    error_message = "mode must be one of dry-run, enforce."
  }
}

variable "delete" {
  type        = string
  default     = "off"
  description = "Whether the role of the sweep may delete credentials."
  nullable    = false

  validation {
    condition     = contains(["off", "on"], var.delete)
    error_message = "delete must be one of off, on."
  }
}

variable "credentials" {
  type        = string
  default     = "access-key,service-specific"
  description = "The kinds of credentials that are judged."
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

variable "user_path" {
  type        = string
  default     = "/"
  description = "Only users at or below this IAM path can be changed."
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9_.@+=-]+/)*$", var.user_path))
    error_message = "user_path must match ^/([A-Za-z0-9_.@+=-]+/)*$."
  }
}

variable "permissions_boundary_arn" {
  type        = string
  default     = ""
  description = "A permissions boundary for the roles; empty means none."
  nullable    = false
}

variable "tags" {
  type        = map(string)
  default     = {}
  description = "Tags for the roles."
  nullable    = false
}
