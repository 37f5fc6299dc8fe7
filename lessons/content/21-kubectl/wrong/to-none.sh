# step: delete
kubectl scale deployment shop --replicas=0
