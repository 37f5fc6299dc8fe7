# step: undo
kubectl delete replicaset {{ replicaSets.filter(r, r.spec.replicas == 3)[0].metadata.name }}
