# step: behind
kubectl scale deployment web --replicas=0
