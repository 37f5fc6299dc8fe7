# step: many
kubectl apply -f parcels.yaml
kubectl scale job parcels --replicas=6
