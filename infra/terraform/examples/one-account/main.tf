# The functions here are those of a release, unpacked into ./release. Nothing is changed in IAM until mode is "enforce".

provider "aws" {
  # AWS Health tells of exposed keys in this Region only.
  region = "us-east-1"
}

module "keysteward" {
  source = "../.."

  zips_directory = "${path.module}/release"
  owner_tag      = "team"
  exempt_paths   = "/break-glass/"
}

output "people_topic_arn" {
  description = "The topic to subscribe to by mail"
  value       = module.keysteward.people_topic_arn
}
