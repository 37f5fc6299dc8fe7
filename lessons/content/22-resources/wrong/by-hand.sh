# step: autoscale
kubectl apply -f busy.yaml
kubectl scale deployment busy --replicas=4
