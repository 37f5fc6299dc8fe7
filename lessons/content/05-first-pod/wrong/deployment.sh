# step: write
kubectl create deployment my-awesome-app --image=my-app:1.0 --port=8080
clock until quiet
