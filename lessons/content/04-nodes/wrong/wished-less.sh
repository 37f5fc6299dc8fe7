# step: room
kubectl scale deployment hungry --replicas=9
