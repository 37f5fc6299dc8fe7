# step: scale
kubectl scale replicaset {{ replicaSets[0].metadata.name }} --replicas=5
