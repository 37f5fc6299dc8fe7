# step: node
kubectl drain {{ pods.filter(p, p.metadata.name == 'db-1')[0].spec.nodeName }} --ignore-daemonsets
