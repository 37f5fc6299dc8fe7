# step: broken
kubectl scale deployment web --replicas=8
