# step: node
fault node-off {{ pods.filter(p, p.metadata.name == 'db-1')[0].spec.nodeName }}
clock advance 60s
kubectl delete pod db-1 --force
