variable "config" {
  description = "Path of klaxon.config.yaml: the file that the function was packed with."
  type        = string
}

variable "package" {
  description = "Path of the function, packed: what `npm run build -- --only azure` writes, dist/azure.zip."
  type        = string
}

variable "location" {
  description = "Where Klaxon is, such as westeurope. AKS sends its logs to a hub in its own location alone, so there is one Klaxon for each."
  type        = string
}

variable "tags" {
  description = "Tags for whatever takes some."
  type        = map(string)
  default     = {}
}
