# step: ship
kubectl run front --image=my-app:1.0 --port=8080
