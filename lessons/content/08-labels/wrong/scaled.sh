# step: adopt
kubectl scale replicaset hello --replicas=4
