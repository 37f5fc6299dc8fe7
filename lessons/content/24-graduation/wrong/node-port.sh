# step: ship
kubectl create deployment front --image=my-app:1.0 --replicas=2
kubectl expose deployment front --type=NodePort --port=80 --target-port=8080
