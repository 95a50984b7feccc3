# The functions.

variable "architecture" {
  type        = string
  default     = "arm64"
  description = "The processor that the functions were built for."
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be one of arm64, x86_64."
  }
}

variable "log_level" {
  type        = string
  default     = "INFO"
  description = "The least severe messages that are logged. Metrics are messages of INFO, so no less is offered."
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO"], var.log_level)
    error_message = "log_level must be one of DEBUG, INFO."
  }
}

variable "log_retention_days" {
  type        = number
  default     = 400
  description = "How long logs are kept."
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 180, 365, 400, 731, 1827], var.log_retention_days)
    error_message = "log_retention_days must be one of 30, 60, 90, 180, 365, 400, 731, 1827."
  }
}

variable "reserved_concurrency" {
  type        = number
  default     = 0
  description = "How many sweeps may run at once; 0 reserves nothing, for accounts whose quota is too small. 1 is right for one account."
  nullable    = false

  validation {
    condition     = var.reserved_concurrency >= 0 && var.reserved_concurrency <= 1000 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency must be a whole number from 0 to 1000."
  }
}

variable "iam_calls_per_second" {
  type        = number
  default     = 5
  description = "Most IAM calls in a second; 0 is no limit."
  nullable    = false

  validation {
    condition     = var.iam_calls_per_second >= 0 && var.iam_calls_per_second <= 100 && floor(var.iam_calls_per_second) == var.iam_calls_per_second
    error_message = "iam_calls_per_second must be a whole number from 0 to 100."
  }
}

variable "test_timeout_seconds" {
  type        = number
  default     = 90
  description = "How long a rotation waits for the new key to work."
  nullable    = false

  validation {
    condition     = var.test_timeout_seconds >= 10 && var.test_timeout_seconds <= 150 && floor(var.test_timeout_seconds) == var.test_timeout_seconds
    error_message = "test_timeout_seconds must be a whole number from 10 to 150."
  }
}

variable "permissions_boundary_arn" {
  type        = string
  default     = ""
  description = "A permissions boundary for every role; empty means none."
  nullable    = false
}

variable "secrets_key_arn" {
  type        = string
  default     = ""
  description = "The KMS key of the secrets that are rotated; empty means the one of Secrets Manager."
  nullable    = false

  validation {
    condition     = can(regex("^(arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)?$", var.secrets_key_arn))
    error_message = "secrets_key_arn must match ^(arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)?$."
  }
}

variable "templates_layer_arn" {
  type        = string
  default     = ""
  description = "A layer with mail templates in its folder keysteward-templates; empty means the built-in ones."
  nullable    = false
}
