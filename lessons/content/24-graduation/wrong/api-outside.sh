# step: ship
kubectl create deployment api --image=helloworld-app:1.0 --replicas=2
kubectl expose deployment api --type=LoadBalancer --port=80 --target-port=8080
