# step: volume
kubectl apply -f diary.yaml
clock advance 20s
