variable "bucket" {
  description = "A bucket of yours in eu-central-1."
  type        = string
}

variable "table_arn" {
  description = "The output table_arn of the module in the first Region: both share one memory."
  type        = string
}

provider "aws" {
  region = "eu-central-1"
}

# Rotates the secrets of this Region; the stack of the first Region sweeps the users.
module "keysteward" {
  source            = "../.."
  bucket            = var.bucket
  release_directory = "${path.module}/release"
  name              = "keysteward-eu"
  sweep             = false
  table_arn         = var.table_arn
}

output "rotation_function_arn" {
  value = module.keysteward.rotation_function_arn
}
