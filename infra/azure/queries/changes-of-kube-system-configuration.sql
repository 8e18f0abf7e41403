-- Who created, changed or deleted configuration of kube-system, what signs people in and resolves names included.
SELECT DISTINCT id, at, cluster, actor, cloud_identity, ips, verb, namespace, name, result
FROM audit
WHERE "date" >= CONVERT(CHAR(10), DATEADD(DAY, -1, GETUTCDATE()), 23)
  AND verb IN ('create', 'update', 'patch', 'delete', 'deletecollection')
  AND resource = 'configmaps' AND namespace = 'kube-system'
ORDER BY at DESC;
