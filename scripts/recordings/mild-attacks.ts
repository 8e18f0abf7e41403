/** Attacks of the recording whose acts alone are no danger: why their alerts stay below medium. */
export const mildAttacks: Readonly<Record<string, string>> = {
  A007: 'A workload that asks for its own rights: charts and operators do so when they start. Once its cluster has been watched for a week, self-subject-review-by-workload makes it medium.',
  A015: 'A token Secret made by hand is out of date, not harmful; who uses it from elsewhere is another alert.',
  A016: 'EKS logs no bodies of ConfigMaps: what it holds cannot be seen.',
  A024: 'Developers forward ports all day; the address and the pod are told.',
  A044: 'An image tag says nothing about its content.',
  A045: 'An image tag says nothing about its content.',
  A078: 'A new kind does nothing by itself; a conversion webhook in it would be medium.',
  A079: 'A runtime class does nothing until a pod uses it.',
  A080: 'A priority does nothing until a pod uses it.',
  A085: 'An Ingress without TLS is a weakness, not an intrusion.',
  A093: 'Making namespaces is ordinary work of those who may.',
  A096: 'Changing and deleting one secret is ordinary work of those who may; fifteen read or twenty deleted at once are not.',
  A100: 'A ConfigMap with a finalizer is clutter; nothing leaves and nothing breaks.',
};
