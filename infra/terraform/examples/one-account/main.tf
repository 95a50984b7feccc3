variable "bucket" {
  description = "A bucket of yours in us-east-1."
  type        = string
}

# AWS Health reports exposed keys in this Region.
provider "aws" {
  region = "us-east-1"
}

module "keysteward" {
  source            = "../.."
  bucket            = var.bucket
  release_directory = "${path.module}/release"
}

output "people_topic_arn" {
  value = module.keysteward.people_topic_arn
}
