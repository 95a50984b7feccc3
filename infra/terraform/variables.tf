variable "bucket" {
  description = "The bucket, in the Region of the stack, for the zips and the template. The module creates none, so that its encryption, policy and retention are yours."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket must be the name of an S3 bucket without dots: its name becomes part of a host name with TLS."
  }
}

variable "prefix" {
  description = "The start of the keys in the bucket. Without release_directory, the zips are directly below it: use another prefix for each release."
  type        = string
  default     = "keysteward/"
  nullable    = false

  validation {
    condition     = can(regex("^([A-Za-z0-9._-]+/)*$", var.prefix))
    error_message = "prefix must be empty or end with a slash, and have letters, digits, dots, underscores and hyphens between slashes."
  }
}

variable "release_directory" {
  description = "The folder of a release, whose zips the module uploads; null if they are in the bucket already."
  type        = string
  default     = null
}

variable "stack_name" {
  description = "The name of the stack. Another name replaces the stack."
  type        = string
  default     = "keysteward"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{0,127}$", var.stack_name))
    error_message = "stack_name must start with a letter and have at most 128 letters, digits and hyphens."
  }
}

variable "iam_role_arn" {
  description = "The role that CloudFormation assumes for the stack; null means the permissions of the caller."
  type        = string
  default     = null
}

variable "notification_arns" {
  description = "SNS topics for the events of the stack."
  type        = list(string)
  default     = null
}

variable "stack_policy" {
  description = "A stack policy, as JSON; null means none."
  type        = string
  default     = null

  validation {
    condition     = var.stack_policy == null || can(jsondecode(var.stack_policy))
    error_message = "stack_policy must be JSON."
  }
}

variable "operation_timeout" {
  description = "How long Terraform waits for one operation of the stack."
  type        = string
  default     = "60m"
  nullable    = false
}

variable "tags" {
  description = "Tags of the stack, which CloudFormation gives to its resources, and of the uploaded objects."
  type        = map(string)
  default     = null
}
