variable "config" {
  description = "Path of klaxon.config.yaml: the file that the functions were packed with."
  type        = string
}

variable "package" {
  description = "Path of the functions, packed: what `npm run build -- --only gcp` writes."
  type        = string
}

variable "labels" {
  description = "Labels for whatever takes some."
  type        = map(string)
  default     = {}
}
