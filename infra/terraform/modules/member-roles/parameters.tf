# Made from the template by infra/check/terraform.py --write: do not edit.

locals {
  # What is null is left out, so that the default of the template applies.
  parameters = { for name, value in {
    RoleName               = var.role_name
    TrustedRoleArn         = var.trusted_role_arn
    TrustedRotationRoleArn = var.trusted_rotation_role_arn
    OrganizationId         = var.organization_id
    ExternalId             = var.external_id
    Mode                   = var.mode
    Delete                 = var.delete == null ? null : var.delete ? "on" : "off"
    Credentials            = var.credentials
    UserPath               = var.user_path
    PermissionsBoundaryArn = var.permissions_boundary_arn
  } : name => value if value != null }
}

variable "role_name" {
  description = "The same in every account; MemberRoleName of the other template. The role for rotations has -rotation after it. Null means the template's default, keysteward-member."
  type        = string
  default     = null

  validation {
    condition     = var.role_name == null ? true : can(regex("^[A-Za-z0-9_+=,.@-]{1,55}$", var.role_name))
    error_message = "role_name must match ^[A-Za-z0-9_+=,.@-]{1,55}$."
  }
}

variable "trusted_role_arn" {
  description = "The role of deactivate-stale; output SweepRoleArn of the other template."
  type        = string
  nullable    = false

  validation {
    condition     = var.trusted_role_arn == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", var.trusted_role_arn))
    error_message = "trusted_role_arn must match ^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$."
  }
}

variable "trusted_rotation_role_arn" {
  description = "The role of rotate-key, if secrets in its account hold keys of this one; output RotationRoleArn. MemberRotation of the other template must then be yes. Null means the template's default, empty."
  type        = string
  default     = null

  validation {
    condition     = var.trusted_rotation_role_arn == null ? true : can(regex("^(arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+)?$", var.trusted_rotation_role_arn))
    error_message = "trusted_rotation_role_arn must match ^(arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+)?$."
  }
}

variable "organization_id" {
  description = "The id of the organization that both accounts belong to."
  type        = string
  nullable    = false

  validation {
    condition     = var.organization_id == null ? true : can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id must match ^o-[a-z0-9]{10,32}$."
  }
}

variable "external_id" {
  description = "The external id that must be named; empty means none. Null means the template's default, empty."
  type        = string
  default     = null

  validation {
    condition     = var.external_id == null ? true : can(regex("^([A-Za-z0-9+=,.@:/_-]{2,})?$", var.external_id)) && length(var.external_id) <= 1224
    error_message = "external_id must match ^([A-Za-z0-9+=,.@:/_-]{2,1224})?$."
  }
}

variable "mode" {
  description = "In dry-run the role of the sweep has no permission to change anything. Null means the template's default, dry-run."
  type        = string
  default     = null

  validation {
    condition     = var.mode == null ? true : contains(["dry-run", "enforce"], var.mode)
    error_message = "mode must be one of: dry-run; enforce."
  }
}

variable "delete" {
  description = "Whether the role of the sweep may delete credentials. Null means the template's default, off."
  type        = bool
  default     = null
}

variable "credentials" {
  description = "The kinds of credentials that are judged. Null means the template's default, access-key,service-specific."
  type        = string
  default     = null

  validation {
    condition     = var.credentials == null ? true : contains(["access-key,service-specific", "access-key,service-specific,ssh-public-key,signing-certificate", "access-key,service-specific,ssh-public-key,signing-certificate,password"], var.credentials)
    error_message = "credentials must be one of: access-key,service-specific; access-key,service-specific,ssh-public-key,signing-certificate; access-key,service-specific,ssh-public-key,signing-certificate,password."
  }
}

variable "user_path" {
  description = "Only users at or below this IAM path can be changed. Null means the template's default, /."
  type        = string
  default     = null

  validation {
    condition     = var.user_path == null ? true : can(regex("^/([A-Za-z0-9_.@+=-]+/)*$", var.user_path))
    error_message = "user_path must match ^/([A-Za-z0-9_.@+=-]+/)*$."
  }
}

variable "permissions_boundary_arn" {
  description = "A permissions boundary for the roles; empty means none. Null means the template's default, empty."
  type        = string
  default     = null
}
